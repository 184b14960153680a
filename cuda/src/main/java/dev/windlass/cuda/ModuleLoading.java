package dev.windlass.cuda;

import dev.windlass.cuda.availability.CudaVersion;
import dev.windlass.cuda.compile.CompiledCode;
import dev.windlass.cuda.compile.Compiler;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.ptx.PtxFile;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads code into a context. */
final class ModuleLoading {
  private static final Logger log = LoggerFactory.getLogger(ModuleLoading.class);

  private static @Nullable Compiler compiler;

  private ModuleLoading() {}

  /** The compiler of this process, opened at its first use. */
  static synchronized Compiler compiler() {
    if (compiler == null) {
      compiler = Compiler.open();
    }
    return compiler;
  }

  static Module load(DeviceContext context, byte[] image) {
    ModuleImage kind = ModuleImage.of(image);
    if (kind == ModuleImage.PTX) {
      return load(context, new String(image, StandardCharsets.UTF_8));
    }
    try {
      return module(
          context,
          kind.name().toLowerCase(java.util.Locale.ROOT),
          image,
          Optional.empty(),
          Map.of());
    } catch (CudaException e) {
      throw explained(context, "code", Optional.empty(), Optional.empty(), e);
    }
  }

  static Module load(DeviceContext context, String text) {
    PtxFile ptx = PtxFile.parse(text);
    try {
      return module(
          context, "PTX", text.getBytes(StandardCharsets.UTF_8), Optional.of(ptx), Map.of());
    } catch (CudaException e) {
      throw explained(context, "PTX", Optional.of(ptx), Optional.empty(), e);
    }
  }

  /** Machine code first; where the driver does not take it, the PTX beside it. */
  static Module load(DeviceContext context, CompiledCode code) {
    PtxFile ptx = PtxFile.parse(code.ptx());
    if (code.cubin().isPresent()) {
      try {
        return module(
            context, code.name(), code.cubin().get(), Optional.of(ptx), code.loweredNames());
      } catch (CudaException e) {
        if (!e.contextUsable()) {
          throw e;
        }
        log.warn(
            "The driver does not take the machine code of {}, so it gets the PTX", code.name(), e);
      }
    }
    try {
      return module(
          context,
          code.name(),
          code.ptx().getBytes(StandardCharsets.UTF_8),
          Optional.of(ptx),
          code.loweredNames());
    } catch (CudaException e) {
      throw explained(context, code.name(), Optional.of(ptx), Optional.of(code.compiler()), e);
    }
  }

  private static Module module(
      DeviceContext context,
      String name,
      byte[] image,
      Optional<PtxFile> ptx,
      Map<String, String> loweredNames) {
    context.order.lock();
    try {
      context.check("cuModuleLoadData");
      context.bind();
      return new Module(context, name, context.driver().loadModule(image), ptx, loweredNames);
    } catch (CudaException e) {
      throw context.failed(e);
    } finally {
      context.order.unlock();
    }
  }

  private static RuntimeException explained(
      DeviceContext context,
      String name,
      Optional<PtxFile> ptx,
      Optional<CudaVersion> compiledBy,
      CudaException e) {
    if (!IncompatibleCodeException.explains(e)) {
      return e;
    }
    CudaVersion driver = CudaVersion.ofCode(context.driver().driverVersion());
    return IncompatibleCodeException.of(name, ptx, compiledBy, driver, context.device(), e);
  }
}
