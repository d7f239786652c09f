package http1

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// stream sends what a response's Stream, or Raw, yields, as it comes.
func (w *Writer) stream(ctx context.Context, from io.ReadCloser, how framing, length int64) (n int64, err error) {
	stop := context.AfterFunc(ctx, func() { _ = from.Close() })
	defer func() {
		stop()
		_ = from.Close()
	}()
	direct := w.offer(from)
	buf := w.out.borrow()
	defer w.out.giveBack(buf)
	for {
		p := (*buf)[chunkRoom : chunkRoom+copyBuffer]
		if length >= 0 {
			p = p[:min(int64(len(p)), length-n)]
			if len(p) == 0 {
				return n, nil
			}
		}
		if held := w.out.pending(); held >= sendBuffer || held > 0 && !ready(from) {
			// What is there leaves before the wait for more.
			if err := w.out.flush(); err != nil {
				return n, err
			}
		}
		got, err := from.Read(p)
		if direct != nil && err == ErrDirect {
			var sent int64
			if sent, err = w.lend(direct, how); err != nil {
				return n + sent, err
			}
			n, err = n+sent, io.EOF
		}
		if got > 0 {
			n += int64(got)
			if p = p[:got]; how == framedByChunks {
				p = asChunk(*buf, got)
			}
			if err := w.out.bytes(p); err != nil {
				return n, err
			}
		}
		switch {
		case err == nil:
		case !errors.Is(err, io.EOF):
			return n, cut(w.out.flush(), fmt.Errorf("http1: the response broke off: %w", err))
		case length >= 0 && n < length:
			return n, cut(w.out.flush(), fmt.Errorf("http1: the response ended after %d of %d bytes", n, length))
		default:
			if how == framedByChunks {
				w.out.buf = appendLastChunk(w.out.room(), trailerOf(from))
			}
			return n, nil
		}
	}
}

// ready reports whether a read of a stream will surely not wait.
func ready(stream io.Reader) bool {
	b, ok := stream.(*Body)
	return ok && b.ready()
}

// trailerOf returns the trailer fields of a stream that has some, as a Body may.
// Those that are unfit to be sent are left out, and so are those that would
// change the framing.
func trailerOf(stream io.Reader) Header {
	s, ok := stream.(interface{ Trailer() Header })
	if !ok {
		return nil
	}
	var fit Header
	for _, f := range s.Trailer() {
		if f.valid() == nil && !framingField(f.Name) {
			fit = append(fit, f)
		}
	}
	return fit
}

// cut returns the error by which a connection is cut whose client has got a part
// of a response.
func cut(flushed, why error) error {
	if flushed != nil {
		return flushed
	}
	return &clientError{why}
}
