// What a kernel asks of its launch. For compute capability 9.0.
extern "C" __global__ void __cluster_dims__(2, 1, 1) pairs(int *out) { out[blockIdx.x] = 1; }

extern "C" __global__ void __cluster_dims__(4, 1, 1) __launch_bounds__(128) blocks(int *out) { out[blockIdx.x] = 1; }

extern "C" __global__ void __launch_bounds__(128, 1, 8) most(int *out) { out[blockIdx.x] = 1; }
