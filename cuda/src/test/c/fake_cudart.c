/* Poses as the runtime library: JavaCPP's glue is linked against it, and none of it is called. */
int windlass_fake_cudart;
