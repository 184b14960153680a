package dev.windlass.cuda.memory;

import dev.windlass.cuda.memory.LeakDetector.Tracked;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A resource that is watched, as a member of a list that runs through its members. */
final class Watched extends PhantomReference<Object> implements Tracked {
  private final Stripe stripe;
  private final String what;
  private final Place place;
  private final Runnable freeSafely;
  private @Nullable Watched before;
  private @Nullable Watched after;
  private boolean listed;

  Watched(
      Object resource,
      ReferenceQueue<Object> lost,
      Stripe stripe,
      String what,
      Place place,
      Runnable freeSafely) {
    super(resource, lost);
    this.stripe = stripe;
    this.what = what;
    this.place = place;
    this.freeSafely = freeSafely;
  }

  @Override
  public boolean closed() {
    if (stripe.remove(this)) {
      clear();
      return true;
    }
    return false;
  }

  String what() {
    return what;
  }

  /** Where it was made; empty if that was not recorded. */
  List<String> place() {
    return place.calls();
  }

  void free() {
    freeSafely.run();
  }

  /** One of several lists, each with a lock of its own. */
  static final class Stripe {
    private @Nullable Watched first;

    synchronized void add(Watched w) {
      w.after = first;
      if (first != null) {
        first.before = w;
      }
      first = w;
      w.listed = true;
    }

    synchronized boolean remove(Watched w) {
      if (!w.listed) {
        return false;
      }
      w.listed = false;
      if (w.before == null) {
        first = w.after;
      } else {
        w.before.after = w.after;
      }
      if (w.after != null) {
        w.after.before = w.before;
      }
      w.before = null;
      w.after = null;
      return true;
    }

    synchronized List<Watched> all() {
      List<Watched> all = new ArrayList<>();
      for (Watched w = first; w != null; w = w.after) {
        all.add(w);
      }
      return all;
    }
  }
}
