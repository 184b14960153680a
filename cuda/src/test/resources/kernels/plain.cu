// Kernels by their C name: what the parameters are must come from the code alone.
extern "C" __global__ void saxpy(int n, float a, const float *x, float *y) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) y[i] = a * x[i] + y[i];
}

extern "C" __global__ void fill(int *to, unsigned n, int value) {
  unsigned i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) to[i] = value;
}

extern "C" __global__ void none() {}

extern "C" __global__ void unused(const float *never, int n) {}

// A long index is not a pointer, though it is added to one.
extern "C" __global__ void at(const double *from, long long index, double *to) { *to = from[index]; }

extern "C" __global__ void byteAt(const char *from, long long index, char *to) { *to = from[index]; }

extern "C" __global__ void sums(const int *a, const int *b, int *to) { to[threadIdx.x] = a[threadIdx.x] + b[threadIdx.x]; }

extern "C" __global__ void widths(char c, short s, int i, long long l, float f, double d, bool b, long long *out) {
  *out = c + s + i + l + (long long)f + (long long)d + b;
}

// A loop moves the pointers.
extern "C" __global__ void copy(const short *from, short *to, int n) {
  for (const short *end = from + n; from != end;) *to++ = *from++;
}

// Which of two is written is known at run time only.
extern "C" __global__ void choose(int *a, int *b, bool first, int value) {
  int *p = first ? a : b;
  *p = value;
}

extern "C" __global__ void count(const unsigned char *text, int n, unsigned *bins, unsigned long long *total) {
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  if (i < n) {
    atomicAdd(&bins[text[i]], 1u);
    atomicAdd(total, 1ull);
    atomicCAS(&bins[256], 0u, 1u);
  }
}

extern "C" __global__ void vectors(const float4 *__restrict__ from, double2 *to, int n) {
  int i = threadIdx.x;
  if (i < n) {
    float4 v = from[i];
    to[i] = make_double2(v.x + v.y, v.z + v.w);
  }
}

__device__ __noinline__ void elsewhere(float *p, int n) {
  for (int i = 0; i < n; i++) p[i] = i;
}

// What a call does with a pointer is not looked into.
extern "C" __global__ void calls(float *p, const float *q, int n) {
  elsewhere(p, n);
  p[0] = q[0];
}

// A pointer that is stored can be used by anyone.
extern "C" __global__ void list(float *node, float **head) { *head = node; }

extern "C" __global__ void difference(const int *a, const int *b, long long *out) { *out = b - a; }

extern "C" __global__ void __launch_bounds__(256, 2) bounds(float *p) { p[threadIdx.x] = 0; }

// In shared memory and back, with a barrier.
extern "C" __global__ void reduce(const float *in, float *out, int n) {
  extern __shared__ float part[];
  int i = blockIdx.x * blockDim.x + threadIdx.x;
  part[threadIdx.x] = i < n ? in[i] : 0;
  __syncthreads();
  for (int s = blockDim.x / 2; s > 0; s /= 2) {
    if (threadIdx.x < s) part[threadIdx.x] += part[threadIdx.x + s];
    __syncthreads();
  }
  if (threadIdx.x == 0) atomicAdd(out, part[0]);
}

// The bits of floats, taken for ints.
extern "C" __global__ void bits(float *values, int n) {
  int i = threadIdx.x;
  if (i < n) values[i] = __int_as_float(__float_as_int(values[i]) & 0x7fffffff);
}

extern "C" __global__ void texture(unsigned long long image, float *out) {
  float v;
  asm("tex.2d.f32.s32 %0, [%1, {%2, %3}];" : "=f"(v) : "l"(image), "r"(1), "r"(2));
  *out = v;
}

extern "C" __global__ void async(const float4 *from, float4 *to) {
  __shared__ float4 tile[32];
  unsigned at = (unsigned)__cvta_generic_to_shared(&tile[threadIdx.x]);
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(at), "l"(from + threadIdx.x));
  asm volatile("cp.async.wait_all;" ::: "memory");
  __syncthreads();
  to[threadIdx.x] = tile[31 - threadIdx.x];
}

extern "C" __global__ void readonly(const int *from, int *to) { to[threadIdx.x] = __ldg(from + threadIdx.x); }

extern "C" __global__ void prints(const int *from) { printf("%d of %p\n", *from, from); }
