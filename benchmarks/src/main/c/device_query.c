/* The queries of 'windlass devices', from C: what starting and asking costs without a JVM. */
#include <stddef.h>
#include <stdio.h>

extern int cuInit(unsigned);
extern int cuDriverGetVersion(int *);
extern int cuDeviceGetCount(int *);
extern int cuDeviceGet(int *, int);
extern int cuDeviceGetName(char *, int, int);
extern int cuDeviceGetUuid_v2(unsigned char *, int);
extern int cuDeviceTotalMem_v2(size_t *, int);
extern int cuDeviceGetPCIBusId(char *, int, int);
extern int cuDeviceGetAttribute(int *, int, int);

int main(void) {
  static const int attributes[] = {1, 8, 10, 13, 16, 32, 37, 38, 39, 75, 76, 81, 95, 97, 102, 115};
  int version, devices;
  if (cuInit(0) || cuDriverGetVersion(&version) || cuDeviceGetCount(&devices)) return 1;
  for (int i = 0; i < devices; i++) {
    int device, value;
    char name[256], pci[32];
    unsigned char uuid[16];
    size_t bytes;
    if (cuDeviceGet(&device, i) || cuDeviceGetName(name, sizeof name, device) || cuDeviceGetUuid_v2(uuid, device)) return 1;
    if (cuDeviceTotalMem_v2(&bytes, device) || cuDeviceGetPCIBusId(pci, sizeof pci, device)) return 1;
    printf("%d  %s  %zu bytes  %s", i, name, bytes, pci);
    for (size_t a = 0; a < sizeof attributes / sizeof *attributes; a++) {
      if (cuDeviceGetAttribute(&value, attributes[a], device)) return 1;
      printf(" %d", value);
    }
    printf("\n");
  }
  return 0;
}
