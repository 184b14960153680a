// Kernels by their C++ name: the mangled name tells the parameters' types.
typedef unsigned long long ulong64;

struct Point {
  float x, y;
};

enum Mode { Up, Down };

__global__ void simple(int n, float a, const float *x, float *y) { y[n] = a * x[n]; }

__global__ void nothing() {}

__global__ void all(bool b, char c, signed char sc, unsigned char uc, short s, unsigned short us, int i, unsigned u, long l,
                    unsigned long ul, long long ll, unsigned long long ull, float f, double d, void *out) {
  *(double *)out = b + c + sc + uc + s + us + i + u + l + ul + ll + ull + f + d;
}

__global__ void punned(float *values) { atomicMax((int *)values, 7); }

namespace math {
__global__ void scale(double *v, const double *const *rows, Point p, Point q, const Point *ps) {
  v[0] = rows[0][0] * p.x * q.y * ps->x;
}

template <typename T>
struct Matrix {
  T *data;
  int stride;
};

template <typename T>
__global__ void fill(Matrix<T> to, T value, T *also) {
  to.data[threadIdx.x] = value;
  *also = value;
}
template __global__ void fill<float>(Matrix<float>, float, float *);
template __global__ void fill<unsigned>(Matrix<unsigned>, unsigned, unsigned *);
}  // namespace math

template <typename T, int N>
__global__ void times(T *v, const T *w) {
  v[threadIdx.x] = w[threadIdx.x] * N;
}
template __global__ void times<float, 4>(float *, const float *);
template __global__ void times<ulong64, -1>(ulong64 *, const ulong64 *);

template <typename... T>
__global__ void many(int *out, T... values) {
  *out = (0 + ... + (int)values);
}
template __global__ void many<int, float, double>(int *, int, float, double);

template <typename A, typename B>
__global__ void convert(const A *a, B *b, int n) {
  if (threadIdx.x < n) b[threadIdx.x] = a[threadIdx.x];
}
template __global__ void convert<float, double>(const float *, double *, int);
template __global__ void convert<Point, Point>(const Point *, Point *, int);

__global__ void mode(Mode m, volatile int *flag, int *__restrict__ out) { *out = m == Down ? *flag : 0; }

__global__ void callback(void (*f)(int), int (*array)[4], const float4 v, float *out) { *out = v.x; }

namespace {
__global__ void hidden(float *p) { *p = 1; }
}  // namespace
__device__ void *keep() { return (void *)hidden; }

static __global__ void internal(float *p) { *p = 1; }
__device__ void *keep2() { return (void *)internal; }
