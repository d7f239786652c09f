package http1

import (
	"context"
	"io"
)

// next waits for bytes and returns some of those that are buffered, not empty,
// or the error that ends the stream. They stay as they are until discard.
func (b *Body) next(ctx context.Context) ([]byte, error) {
	for {
		b.mu.Lock()
		if b.bytes.size > 0 || b.abandoned || b.end != nil {
			break
		}
		if first := b.onFirstRead; first != nil {
			b.onFirstRead = nil
			b.mu.Unlock()
			first()
			continue
		}
		if err := b.wait(ctx); err != nil {
			return nil, err
		}
	}
	defer b.mu.Unlock()
	switch {
	case b.abandoned:
		return nil, io.ErrClosedPipe
	case b.bytes.size == 0:
		return nil, b.end
	}
	return b.bytes.front(), nil
}

// discard frees the first n bytes of those that next returned. A producer that
// waits is woken when half of the buffer is free, not for every byte.
func (b *Body) discard(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n == 0 || b.abandoned {
		return
	}
	b.bytes.drop(n)
	if b.bytes.size <= b.bytes.limit/2 {
		b.changed()
	}
}

// changed wakes who waits for a change. The caller holds b.mu.
func (b *Body) changed() {
	if b.wake != nil {
		close(b.wake)
		b.wake = nil
	}
}

// wait lets go of b.mu, which the caller holds, and waits for a change or the end
// of ctx.
func (b *Body) wait(ctx context.Context) error {
	if b.wake == nil {
		b.wake = make(chan struct{})
	}
	wake := b.wake
	b.mu.Unlock()
	select {
	case <-wake:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
