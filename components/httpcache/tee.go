package httpcache

import (
	"bytes"
	"errors"
	"io"
	"sync"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// A tee is a stream of which a copy is made while it is read. When it was read to
// its end, the copy is kept.
type tee struct {
	src     io.ReadCloser
	trailer func() http1.Header

	mu       sync.Mutex // Close may come from elsewhere
	store    *Store     // nil when all is done
	exchange *exchange
	entry    *entry
	body     []byte
	reserved int64 // bytes set aside for body
	left     int64 // bytes to come still; -1 if that is not known
}

func newTee(s *Store, x *exchange, e *entry, resp *http1.Response) *tee {
	t := &tee{src: resp.Stream, store: s, exchange: x, entry: e, left: -1}
	if resp.Length > 0 {
		t.left = resp.Length
	}
	if from, ok := resp.Stream.(interface{ Trailer() http1.Header }); ok {
		t.trailer = from.Trailer
	}
	return t
}

// Read implements io.Reader.
func (t *tee) Read(p []byte) (int, error) {
	n, err := t.src.Read(p)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.store == nil {
		return n, err
	}
	switch {
	case n > 0 && !t.add(p[:n]):
		t.drop(true)
	case t.left == 0, errors.Is(err, io.EOF) && t.left < 0:
		// Who knows the length does not wait for the end.
		t.commit()
	case err != nil:
		t.drop(false)
	}
	return n, err
}

// add adds to the copy, and reports whether there is room. t.mu is held.
func (t *tee) add(p []byte) bool {
	need := int64(len(t.body) + len(p))
	if need > t.store.largest() || t.left >= 0 && int64(len(p)) > t.left {
		return false
	}
	if t.left >= 0 {
		t.left -= int64(len(p))
	}
	if need > t.reserved {
		grown := max(need, min(2*t.reserved, t.store.largest()), need+max(t.left, 0))
		if !t.store.reserve(grown - t.reserved) {
			return false
		}
		t.reserved = grown
		t.body = append(make([]byte, 0, grown), t.body...)
	}
	t.body = append(t.body, p...)
	return true
}

// commit keeps the copy. t.mu is held.
func (t *tee) commit() {
	if cap(t.body)-len(t.body) > len(t.body)/8 {
		t.body = bytes.Clone(t.body)
	}
	t.entry.body = t.body
	t.store.release(t.reserved)
	t.store.commit(t.exchange, t.entry)
	t.store, t.body = nil, nil
}

// drop gives the copy up. t.mu is held.
func (t *tee) drop(unfit bool) {
	t.store.release(t.reserved)
	if unfit {
		t.store.refused(t.exchange, time.Now())
	} else {
		t.store.landed(t.exchange)
	}
	t.store, t.body = nil, nil
}

// Trailer returns the trailer fields of the stream. They are not kept (RFC 9111
// section 3.1 allows that).
func (t *tee) Trailer() http1.Header {
	if t.trailer == nil {
		return nil
	}
	return t.trailer()
}

// Close closes the stream. It may be called while a Read waits, and more than
// once.
func (t *tee) Close() error {
	err := t.src.Close()
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.store != nil {
		t.drop(false)
	}
	return err
}
