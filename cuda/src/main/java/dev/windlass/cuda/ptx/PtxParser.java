package dev.windlass.cuda.ptx;

import dev.windlass.cuda.ptx.LaunchBounds.Size;
import dev.windlass.cuda.ptx.Parameter.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads a PTX file down to the statements of its kernels; all else is passed over. */
final class PtxParser {
  private static final int MAX_PARAMETER_BYTES = 1 << 20;
  private static final int MAX_ALIGNMENT = 1 << 12;
  private static final Pattern OTHER_BOUND = Pattern.compile("[.,\"0-9]");

  private final Lexer lexer;
  private final List<KernelSignature> kernels = new ArrayList<>();
  private final Set<String> names = new HashSet<>();

  PtxParser(Lexer lexer) {
    this.lexer = lexer;
  }

  PtxFile parse() {
    if (!lexer.next() || !lexer.is(".version")) {
      throw lexer.fail("PTX starts with '.version', not with '" + lexer.shown() + "'");
    }
    PtxVersion version = version();
    String target = "";
    while (lexer.next()) {
      switch (lexer.token()) {
        case ".target" -> {
          lexer.expect();
          target = lexer.token();
          skipList();
        }
        case ".address_size" -> {
          if (lexer.expectNumber() != 64) {
            throw lexer.fail("addresses of " + lexer.shown() + " bits are not supported");
          }
        }
        case ".entry" -> entry();
        case ".visible", ".weak", ".extern", ".common", ";" -> {}
        case ".file", ".loc", "@" -> lexer.skipLine();
        case ".func" -> skipFunction();
        case ".section" -> {
          lexer.expect();
          lexer.expect("{");
          skipBraces();
        }
        default -> {
          if (!lexer.token().startsWith(".")) {
            throw lexer.fail("'" + lexer.shown() + "' is where a directive must be");
          }
          skipStatement();
        }
      }
    }
    return new PtxFile(version, target, kernels);
  }

  private PtxVersion version() {
    String[] parts = lexer.expect().split("\\.", -1);
    try {
      if (parts.length == 2) {
        return new PtxVersion(Integer.parseInt(parts[0]), Integer.parseInt(parts[1]));
      }
    } catch (NumberFormatException e) {
      // Said below.
    }
    throw lexer.fail("'" + lexer.shown() + "' is not a version of PTX");
  }

  /** What follows on a comma. */
  private void skipList() {
    while (lexer.next()) {
      if (!lexer.is(",")) {
        lexer.back();
        return;
      }
      lexer.expect();
    }
  }

  /** A declaration ends with {@code ;}, a definition with its braces. */
  private void skipFunction() {
    while (true) {
      switch (lexer.expect()) {
        case ";" -> {
          return;
        }
        case "{" -> {
          skipBraces();
          return;
        }
        default -> {}
      }
    }
  }

  private void skipStatement() {
    int depth = 0;
    while (depth > 0 || !lexer.expect().equals(";")) {
      if (depth > 0) {
        lexer.expect();
      }
      depth += lexer.is("{") ? 1 : lexer.is("}") ? -1 : 0;
      if (depth < 0) {
        throw lexer.fail("there is a '}' too many");
      }
    }
  }

  private void skipBraces() {
    for (int depth = 1; depth > 0; ) {
      lexer.expect();
      depth += lexer.is("{") ? 1 : lexer.is("}") ? -1 : 0;
    }
  }

  private void entry() {
    String name = lexer.expect();
    if (!lexer.isIdentifier()) {
      throw lexer.fail("'" + lexer.shown() + "' is where a kernel's name must be");
    }
    List<String> parameterNames = new ArrayList<>();
    List<Parameter> parameters = new ArrayList<>();
    lexer.expect();
    if (lexer.is("(")) {
      parameters(parameterNames, parameters);
      lexer.expect();
    }
    Bounds bounds = new Bounds();
    while (!lexer.is("{")) {
      if (lexer.is(";")) {
        return; // declared here, defined elsewhere
      }
      bounds.read();
      lexer.expect();
    }
    Dataflow dataflow = new Dataflow(parameterNames, parameters);
    new BodyReader(lexer, dataflow).read();
    if (!names.add(name)) {
      throw lexer.fail("there are two kernels '" + name + "'");
    }
    List<Parameter> refined = Refinement.byName(name, dataflow.refined());
    kernels.add(
        new KernelSignature(
            name,
            refined,
            refined.stream().mapToInt(p -> p.offset() + p.bytes()).max().orElse(0),
            bounds.bounds()));
  }

  private void parameters(List<String> parameterNames, List<Parameter> parameters) {
    lexer.expect();
    if (lexer.is(")")) {
      return;
    }
    lexer.back();
    int offset = 0;
    while (true) {
      Parameter p = parameter(parameterNames, parameters.size(), offset);
      parameters.add(p);
      offset = p.offset() + p.bytes();
      if (offset > MAX_PARAMETER_BYTES) {
        throw lexer.fail("the parameters have more than " + MAX_PARAMETER_BYTES + " bytes");
      }
      lexer.expect();
      if (lexer.is(")")) {
        return;
      }
      if (!lexer.is(",")) {
        throw lexer.fail("'" + lexer.shown() + "' is where ',' or ')' must be");
      }
    }
  }

  private Parameter parameter(List<String> parameterNames, int index, int end) {
    lexer.expect(".param");
    int alignment = 0;
    @Nullable Element type = null;
    boolean pointer = false;
    while (!lexer.expect().isEmpty() && !lexer.isIdentifier()) {
      if (lexer.is(".align")) {
        int value = lexer.expectNumber();
        if (Integer.bitCount(value) != 1 || value > MAX_ALIGNMENT) {
          throw lexer.fail(value + " is not an alignment");
        }
        alignment = pointer ? alignment : value; // after .ptr it is that of the memory
      } else if (lexer.is(".ptr")) {
        pointer = true;
      } else if (Types.of(lexer.token()).isPresent()) {
        type = Types.of(lexer.token()).get();
      } else if (!pointer || !Types.SPACES.contains(lexer.token())) {
        throw lexer.fail("'" + lexer.shown() + "' is not the type of a parameter");
      }
    }
    if (type == null) {
      throw lexer.fail("parameter '" + lexer.shown() + "' has no type");
    }
    parameterNames.add(lexer.token());
    long bytes = type.bytes();
    boolean array = false;
    while (lexer.expect().equals("[")) {
      array = true;
      bytes = Math.min(MAX_PARAMETER_BYTES + 1L, bytes * lexer.expectNumber());
      lexer.expect("]");
    }
    lexer.back();
    int place = Math.max(alignment, type.bytes());
    Kind kind = array || bytes > 8 ? Kind.STRUCT : Kind.valueOf(type.kind().name());
    int offset = (end + place - 1) / place * place;
    return new Parameter(
        index,
        pointer && kind != Kind.STRUCT ? Kind.POINTER : kind,
        (int) bytes,
        place,
        offset,
        Optional.empty(),
        Optional.empty());
  }

  /** What stands between a kernel's parameters and its body. */
  private final class Bounds {
    private Optional<Size> maxBlock = Optional.empty();
    private Optional<Size> requiredBlock = Optional.empty();
    private Optional<Size> requiredCluster = Optional.empty();
    private int minBlocks;
    private int maxClusterBlocks;
    private boolean explicitCluster;

    void read() {
      switch (lexer.token()) {
        case ".maxntid" -> maxBlock = Optional.of(size());
        case ".reqntid" -> requiredBlock = Optional.of(size());
        case ".minnctapersm" -> minBlocks = lexer.expectNumber();
        case ".explicitcluster" -> explicitCluster = true;
        case ".reqnctapercluster" -> requiredCluster = Optional.of(size());
        case ".maxclusterrank" -> maxClusterBlocks = lexer.expectNumber();
        default -> {
          // Others bear on the machine code, not on the launch; their values are no directives.
          if (!OTHER_BOUND.matcher(lexer.token()).lookingAt()) {
            throw lexer.fail("'" + lexer.shown() + "' is where a kernel's body must be");
          }
        }
      }
    }

    LaunchBounds bounds() {
      return new LaunchBounds(
          maxBlock, requiredBlock, minBlocks, explicitCluster, requiredCluster, maxClusterBlocks);
    }
  }

  private Size size() {
    int[] sizes = {lexer.expectNumber(), 1, 1};
    for (int i = 1; i < 3; i++) {
      lexer.expect();
      if (!lexer.is(",")) {
        break;
      }
      sizes[i] = lexer.expectNumber();
      if (i == 2) {
        return new Size(sizes[0], sizes[1], sizes[2]);
      }
    }
    lexer.back();
    return new Size(sizes[0], sizes[1], sizes[2]);
  }
}
