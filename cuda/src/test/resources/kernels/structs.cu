// Parameters that are structs.
struct Point {
  float x, y;
};

struct Mixed {
  char tag;
  double weight;
  Point at;
  short more;
};

struct View {
  const float *data;
  long long length;
};

extern "C" __global__ void point(Point p, float *out) { *out = p.x + p.y; }

extern "C" __global__ void mixed(char before, Mixed m, float after, double *out) {
  *out = before + m.tag + m.weight + m.at.x + m.at.y + m.more + after;
}

extern "C" __global__ void view(View v, float *out) {
  float sum = 0;
  for (long long i = 0; i < v.length; i++) sum += v.data[i];
  *out = sum;
}

struct Table {
  int rows[16];
};

extern "C" __global__ void table(Table t, int row, int *out) { *out = t.rows[row]; }

struct Empty {};

extern "C" __global__ void empty(Empty e, int *out) { *out = 1; }

struct __align__(16) Wide {
  float v[4];
};

extern "C" __global__ void aligned(int first, Wide w, float *out) { *out = first + w.v[threadIdx.x & 3]; }
