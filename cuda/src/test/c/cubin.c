/* Machine code: an ELF file. Its kernels are functions of the symbol table with the mark of an entry;
 * where their parameters are, the section ".nv.info." of each says in records of which kind 0x17 is one
 * parameter. The code itself is not run. */
#include "fake_cuda.h"
#include <elf.h>

#define ENTRY 0x10
#define WITH_SIZE 4
#define PARAMETER 0x17

static const Elf64_Shdr *section(const char *image, int index) {
  const Elf64_Ehdr *elf = (const void *)image;
  return (const Elf64_Shdr *)(image + elf->e_shoff) + index;
}

static const Elf64_Shdr *named_section(const char *image, const char *prefix, const char *name) {
  const Elf64_Ehdr *elf = (const void *)image;
  const char *names = image + section(image, elf->e_shstrndx)->sh_offset;
  size_t length = strlen(prefix);
  for (int i = 0; i < elf->e_shnum; i++) {
    const char *at = names + section(image, i)->sh_name;
    if (!strncmp(at, prefix, length) && !strcmp(at + length, name)) return section(image, i);
  }
  return NULL;
}

static void read_parameters(struct Function *f, const char *at, const char *end) {
  while (at + 4 <= end) {
    uint16_t length, ordinal, offset;
    uint32_t flags;
    memcpy(&length, at + 2, 2);
    if (at[0] == WITH_SIZE && at[1] == PARAMETER) {
      memcpy(&ordinal, at + 8, 2);
      memcpy(&offset, at + 10, 2);
      memcpy(&flags, at + 12, 4);
      int bytes = (int)(flags >> 18);
      if (ordinal >= MAX_PARAMETERS) return;
      f->parameter[ordinal] = (struct Parameter){offset, bytes};
      if (ordinal >= f->parameters) f->parameters = ordinal + 1;
      if (offset + bytes > f->parameter_bytes) f->parameter_bytes = offset + bytes;
    }
    at += at[0] == WITH_SIZE ? 4 + length : 4;
  }
}

bool is_cubin(const char *image) { return !memcmp(image, ELFMAG, SELFMAG); }

CUresult read_cubin(const char *image, struct Function **functions) {
  const Elf64_Ehdr *elf = (const void *)image;
  if (elf->e_machine != EM_CUDA) return INVALID_IMAGE;
  unsigned architecture = elf->e_flags >> 8 & 0xff;
  if (architecture / 10 != 9 || architecture > 90) return NO_BINARY_FOR_GPU;
  const Elf64_Shdr *symbols = named_section(image, "", ".symtab");
  if (!symbols) return INVALID_IMAGE;
  const char *names = image + section(image, (int)symbols->sh_link)->sh_offset;
  for (uint64_t at = 0; at < symbols->sh_size; at += sizeof(Elf64_Sym)) {
    const Elf64_Sym *symbol = (const void *)(image + symbols->sh_offset + at);
    if (ELF64_ST_TYPE(symbol->st_info) != STT_FUNC || !(symbol->st_other & ENTRY)) continue;
    struct Function *f = new_function(functions);
    strncpy(f->name, names + symbol->st_name, sizeof f->name - 1);
    const Elf64_Shdr *info = named_section(image, ".nv.info.", f->name);
    if (info) read_parameters(f, image + info->sh_offset, image + info->sh_offset + info->sh_size);
  }
  return SUCCESS;
}
