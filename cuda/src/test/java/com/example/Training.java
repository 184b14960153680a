package com.example;

import java.util.function.Supplier;

/** A user's program: what it calls is called from outside the SDK. */
public final class Training {
  private Training() {}

  /** A place where things are made. */
  public static <T> T step(Supplier<T> make) {
    return make.get();
  }

  /** Another place. */
  public static <T> T evaluate(Supplier<T> make) {
    return make.get();
  }
}
