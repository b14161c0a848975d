package pl.ksefqr;

import com.sun.jna.Pointer;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;

/** What is opened, used from any number of threads, and closed once. Closing waits for the calls that use it. */
abstract class Handle implements AutoCloseable {
    final Native library;
    private final Consumer<Pointer> free;
    private final ReadWriteLock lock = new ReentrantReadWriteLock();
    private Pointer pointer;

    Handle(Native library, Pointer pointer, Consumer<Pointer> free) {
        this.library = library;
        this.pointer = pointer;
        this.free = free;
    }

    /** Takes the pointer, which nobody frees before it is let go. */
    Pointer take() {
        lock.readLock().lock();
        if (pointer == null) {
            lock.readLock().unlock();
            throw new IllegalStateException("it is closed");
        }
        return pointer;
    }

    void letGo() {
        lock.readLock().unlock();
    }

    @Override
    public void close() {
        lock.writeLock().lock();
        try {
            if (pointer != null) {
                free.accept(pointer);
            }
            pointer = null;
        } finally {
            lock.writeLock().unlock();
        }
    }
}
