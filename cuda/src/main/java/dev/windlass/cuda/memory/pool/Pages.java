package dev.windlass.cuda.memory.pool;

import dev.windlass.cuda.driver.CudaError;
import dev.windlass.cuda.driver.CudaException;
import dev.windlass.cuda.memory.MemoryBreakdown.Source;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Pages of physical memory at reserved addresses, and the reason why this pool hardly fragments: a
 * page is not bound to its address.
 *
 * <p><b>Moving pages.</b> A request needs a range of addresses with memory in all of it. {@link
 * Window} picks the range that lacks the fewest pages. What it lacks is taken from whole pages of
 * free blocks elsewhere, and only the rest is new memory. So free memory counts as one piece,
 * whatever the order of frees; lost are only pages of which a part is live.
 *
 * <p><b>Nothing waits.</b> Unmapping needs memory that no work uses any more. But a page may be
 * mapped twice, and a stream runs its work in order: a page that the stream freed is mapped at its
 * new place at once, for work that comes later, while earlier work still goes to the old place. The
 * old place is a {@linkplain Shadows shadow} until that work is done, then empty. A shadow costs
 * addresses, of which there are plenty, and no memory.
 *
 * <p><b>All or nothing.</b> New pages are made, then everything is mapped and opened, and only then
 * do the books change. When a call fails before that, what was mapped is unmapped and what was made
 * is released. What cannot even be undone stays in the books, as a shadow of nobody or a spare
 * page, and is undone later.
 */
final class Pages implements Backing {
  private static final int ADDRESSES_PER_LIMIT = 4;

  private final PhysicalMemory memory;
  private final Arena arena;
  private final List<Owner> owners;
  private final PageStock stock;
  private final Shadows shadows;
  private final Window window;
  private final PageReturn back;
  private final long page;
  private final long most;
  private final List<Block> regions = new ArrayList<>();
  private @Nullable CudaException refusal;
  private int now;
  private long moved;
  private long calls;

  /** What one growth takes; kept so that growing makes no garbage. */
  private final List<Block> sources = new ArrayList<>();

  private int[] sourcePages = new int[16];
  private long[] handles = new long[16];

  /**
   * Makes it, without memory.
   *
   * @param owners whose pages may be moved
   * @param most the most bytes to hold
   */
  Pages(PhysicalMemory memory, Arena arena, List<Owner> owners, long most) {
    this.memory = memory;
    this.arena = arena;
    this.owners = owners;
    this.stock = new PageStock(memory);
    this.shadows = new Shadows(memory, arena);
    this.page = stock.page;
    this.most = most / page * page;
    this.window = new Window(arena, page);
    this.back = new PageReturn(memory, arena, stock);
  }

  @Override
  public Source source() {
    return Source.VIRTUAL_MEMORY;
  }

  @Override
  public void info(long[] freeAndTotal) {
    memory.info(freeAndTotal);
  }

  @Override
  public Optional<CudaException> refusal() {
    return Optional.ofNullable(refusal);
  }

  @Override
  public boolean reserve(long bytes) {
    refusal = null;
    if (bytes < page) {
      return true;
    }
    Block first = findWindow(arena.nobody, bytes / page * page);
    return first != null && fill(arena.nobody, first, 0) != null;
  }

  @Override
  public long grow(Owner owner, long bytes) {
    refusal = null;
    Block first = findWindow(owner, bytes);
    if (first == null) {
      return 0;
    }
    int moving = choose(owner, window.pages());
    if (moving < window.pages() && arena.unite(owner, regions, page)) {
      first = findWindow(owner, bytes);
      moving = choose(owner, window.pages());
    }
    if (first == null || window.pages() - moving > (most - stock.held()) / page + stock.spares()) {
      return 0;
    }
    Block block = fill(owner, first, moving);
    if (block == null) {
      return 0;
    }
    while (block.address > window.from() && block.previous != null) {
      block = block.previous;
    }
    long address = arena.carve(block, window.from(), bytes);
    shadows.settle();
    return address;
  }

  /**
   * Sets the window, in a new region if there are no addresses for it; its first block, or null if
   * there are no more addresses.
   */
  private @Nullable Block findWindow(Owner owner, long bytes) {
    Block first = window.find(owner, bytes);
    return first == null && reserveAddresses((bytes + page - 1) / page * page)
        ? window.find(owner, bytes)
        : first;
  }

  private boolean reserveAddresses(long least) {
    long bytes = Math.max(least, most * ADDRESSES_PER_LIMIT);
    while (true) {
      try {
        calls++;
        regions.add(arena.cover(Region.ofPages(memory.reserve(bytes), bytes, page), Block.EMPTY));
        return true;
      } catch (CudaException e) {
        if (e.code() != CudaError.OUT_OF_MEMORY.code()) {
          throw e;
        }
        if (bytes == least) {
          refusal = e;
          return false;
        }
        bytes = Math.max(least, bytes / 2 / page * page);
      }
    }
  }

  /** Chooses whole free pages before or behind the window, up to so many; how many there are. */
  private int choose(Owner owner, int wanted) {
    sources.clear();
    int found = choose(owner, arena.nobody, wanted, 0);
    found = choose(owner, owner, wanted, found);
    for (Owner other : owners) {
      found = other == owner ? found : choose(owner, other, wanted, found);
    }
    return found;
  }

  private int choose(Owner owner, Owner from, int wanted, int found) {
    Block b = from.free.first();
    while (b != null && found < wanted && b.bytes >= page) {
      int whole = owner.mayUse(b) ? stock.end(b) - Math.max(stock.first(b), window.behind(b)) : 0;
      if (whole > 0) {
        int pages = Math.min(whole, wanted - found);
        if (sources.size() == sourcePages.length) {
          sourcePages = Arrays.copyOf(sourcePages, 2 * sourcePages.length);
        }
        sourcePages[sources.size()] = pages;
        sources.add(b);
        found += pages;
      }
      b = from.free.after(b);
    }
    return found;
  }

  /** Maps what the window lacks; a free block in it, or null if the device refused. */
  private @Nullable Block fill(Owner owner, Block first, int moving) {
    int needed = window.pages();
    if (handles.length < needed) {
      handles = new long[Math.max(needed, 2 * handles.length)];
    }
    int count = 0;
    boolean pending = false;
    for (int i = 0; count < moving; i++) {
      Block b = sources.get(i);
      pending |= !b.owner.isNobody();
      System.arraycopy(
          b.region.handles, stock.end(b) - sourcePages[i], handles, count, sourcePages[i]);
      count += sourcePages[i];
    }
    try {
      stock.take(handles, count, needed);
      try {
        map(first);
      } catch (RuntimeException e) {
        stock.putBack(handles, count, needed);
        throw e;
      }
    } catch (CudaException e) {
      if (e.code() == CudaError.OUT_OF_MEMORY.code()) {
        refusal = e;
        return null;
      }
      throw e;
    }
    moved += moving;
    for (int i = 0, left = 0; left < moving; left += sourcePages[i], i++) {
      leave(sources.get(i), sourcePages[i]);
    }
    return book(first, pending ? owner : arena.nobody);
  }

  private void map(Block first) {
    int mapped = 0;
    try {
      for (Block run = window.nextEmpty(first); run != null; run = window.nextEmpty(run.next)) {
        long start = window.start(run);
        int pages = window.pages(run);
        for (int i = 0; i < pages; i++, mapped++) {
          calls++;
          memory.map(start + i * page, page, handles[mapped]);
        }
        calls++;
        memory.open(start, pages * page);
      }
    } catch (RuntimeException e) {
      unmap(first, mapped);
      throw e;
    }
  }

  private void unmap(Block first, int mapped) {
    Block run = window.nextEmpty(first);
    while (mapped > 0 && run != null) {
      long start = window.start(run);
      int pages = Math.min(mapped, window.pages(run));
      Block next = run.next;
      try {
        calls++;
        memory.unmap(start, pages * page);
      } catch (CudaException e) {
        shadows.add(arena.cut(run, start, start + pages * page));
      }
      mapped -= pages;
      run = window.nextEmpty(next);
    }
  }

  /** The last so many whole pages of a free block are elsewhere now. */
  private void leave(Block block, int pages) {
    Region region = block.region;
    int end = stock.end(block);
    Arrays.fill(region.handles, end - pages, end, 0);
    long to = region.base + end * page;
    shadows.add(arena.cut(block, to - pages * page, to));
  }

  /** The window's empty addresses have memory now, which follows the owner's work. */
  private Block book(Block first, Owner owner) {
    long epoch = owner.isNobody() ? 0 : owner.open;
    owner.dirty |= !owner.isNobody();
    int done = 0;
    Block block = first;
    for (Block run = window.nextEmpty(first); run != null; run = window.nextEmpty(block.next)) {
      Region region = run.region;
      long start = window.start(run);
      int pages = window.pages(run);
      int slot = (int) ((start - region.base) / page);
      System.arraycopy(handles, done, region.handles, slot, pages);
      Arrays.fill(region.stamps, slot, slot + pages, now);
      done += pages;
      Block full = arena.cut(run, start, start + pages * page);
      block = arena.insert(full, Block.FREE, owner, epoch);
    }
    return block;
  }

  @Override
  public void settle() {
    shadows.settle();
  }

  @Override
  public void touched(Block block) {
    Region region = block.region;
    int last = (int) ((block.end() - 1 - region.base) / page);
    for (int i = (int) ((block.address - region.base) / page); i <= last; i++) {
      region.stamps[i] = now;
    }
  }

  @Override
  public void tick() {
    now++;
  }

  @Override
  public long giveBack(long bytesToKeep, int idleTicks) {
    return back.giveBack(bytesToKeep, now - idleTicks);
  }

  @Override
  public long held() {
    return stock.held();
  }

  @Override
  public long mostHeld() {
    return stock.mostHeld();
  }

  @Override
  public long whole() {
    long pages = stock.spares();
    for (Block first : regions) {
      for (Block b = first; b != null; b = b.next) {
        pages += b.state == Block.FREE ? Math.max(0, stock.end(b) - stock.first(b)) : 0;
      }
    }
    return pages * page;
  }

  /** All whole pages, wherever they are. */
  @Override
  public long largest() {
    return Math.max(whole(), arena.largest(regions));
  }

  @Override
  public List<Block> regions() {
    return regions;
  }

  @Override
  public PoolCounters addTo(PoolCounters c) {
    return new PoolCounters(
        c.misses(),
        c.flushes(),
        c.crossStreamWaits(),
        moved,
        stock.taken,
        stock.returned,
        c.driverCalls() + calls + stock.calls + shadows.calls + back.calls,
        c.wrongFrees());
  }

  @Override
  public void close(Failures failures) {
    shadows.close(failures);
    for (int i = regions.size() - 1; i >= 0; i--) {
      Region region = regions.get(i).region;
      if (back.unmap(region, failures)
          && shadows.isEmpty()
          && failures.attempt(() -> memory.unreserve(region.base, region.bytes))) {
        regions.remove(i);
      }
    }
    failures.attempt(() -> stock.release(0, Integer.MAX_VALUE));
  }
}
