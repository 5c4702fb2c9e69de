package io.waybill.client.cli;

import io.waybill.v1.ChecksumAlgorithm;
import io.waybill.v1.UploadMode;
import io.waybill.v1.UploadState;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the contract's enums by their names without the prefix, in any case. */
final class ProtoNames {

  private ProtoNames() {}

  private static <E> E parse(String prefix, String name, Function<String, E> valueOf) {
    try {
      return valueOf.apply(prefix + name.toUpperCase(Locale.ROOT));
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException("'" + name + "' is none of the values allowed");
    }
  }

  static final class State implements ITypeConverter<UploadState> {
    @Override
    public UploadState convert(String name) {
      return parse("UPLOAD_STATE_", name, UploadState::valueOf);
    }
  }

  static final class Mode implements ITypeConverter<UploadMode> {
    @Override
    public UploadMode convert(String name) {
      return parse("UPLOAD_MODE_", name, UploadMode::valueOf);
    }
  }

  static final class Checksum implements ITypeConverter<ChecksumAlgorithm> {
    @Override
    public ChecksumAlgorithm convert(String name) {
      return parse("CHECKSUM_ALGORITHM_", name, ChecksumAlgorithm::valueOf);
    }
  }
}
