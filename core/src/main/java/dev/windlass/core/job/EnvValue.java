package dev.windlass.core.job;

/** Where the value of an environment variable comes from. */
public sealed interface EnvValue {

  /**
   * The value itself.
   *
   * @param value the value as the program sees it
   */
  record Literal(String value) implements EnvValue {
    /** Without the value, which may be a secret. */
    @Override
    public String toString() {
      return "Literal[***]";
    }
  }

  /**
   * A key of a secret; the value never enters the job's description.
   *
   * @param name the secret's name
   * @param key the key within it
   */
  record FromSecret(String name, String key) implements EnvValue {}

  /**
   * A key of a config map.
   *
   * @param name the config map's name
   * @param key the key within it
   */
  record FromConfigMap(String name, String key) implements EnvValue {}

  /** The value itself. */
  static EnvValue of(String value) {
    return new Literal(value);
  }

  /** The value under a key of a secret. */
  static EnvValue fromSecret(String name, String key) {
    return new FromSecret(name, key);
  }

  /** The value under a key of a config map. */
  static EnvValue fromConfigMap(String name, String key) {
    return new FromConfigMap(name, key);
  }
}
