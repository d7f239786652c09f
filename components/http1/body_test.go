package http1

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func ExampleBody() {
	body := NewBody(16)
	go func() { // the producer
		for i := range 3 {
			line := fmt.Appendf(nil, "this is line %d\n", i)
			if _, err := body.Write(context.Background(), line); err != nil {
				return // ErrAbandoned: the reader has left
			}
		}
		body.CloseWrite(nil)
	}()
	text, err := io.ReadAll(body)
	fmt.Printf("%s%v\n", text, err)
	// Output:
	// this is line 0
	// this is line 1
	// this is line 2
	// <nil>
}

func TestBodyBytes(t *testing.T) {
	for _, text := range []string{"", "hello"} {
		b := newBodyBytes([]byte(text))
		if got, err := io.ReadAll(b); string(got) != text || err != nil {
			t.Errorf("got %q, %v; want %q", got, err, text)
		}
		if n, err := b.Write(t.Context(), []byte("x")); n != 0 || err != io.ErrClosedPipe {
			t.Errorf("a write returned %d, %v", n, err)
		}
	}
}

// A Body that has grown takes more, and wakes who waits for that.
func TestBodyGrow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBody(4)
		go produce(b, []byte("0123456789"))
		synctest.Wait()
		b.Grow(3)
		b.Grow(100)
		synctest.Wait()
		if !b.ready() || b.came() != 10 {
			t.Errorf("%d bytes have come", b.came())
		}
		if got, err := io.ReadAll(b); string(got) != "0123456789" || err != nil {
			t.Errorf("%q, %v", got, err)
		}
	})
}

// All bytes arrive, in order, for any sizes of buffer, writes and reads.
func TestBodyStreams(t *testing.T) {
	for _, limit := range []int{1, 2, 3, 511, 512, 513, 5000, 0} {
		for _, how := range []string{"Read", "WriteTo"} {
			t.Run(fmt.Sprintf("%s with %d bytes buffered", how, limit), func(t *testing.T) {
				sent := make([]byte, 20000)
				for i := range sent {
					sent[i] = byte(i * 7 / 5)
				}
				b := NewBody(limit)
				go produce(b, sent)
				var got bytes.Buffer
				if how == "WriteTo" {
					if n, err := b.WriteTo(&got); n != int64(len(sent)) || err != nil {
						t.Fatalf("WriteTo returned %d, %v", n, err)
					}
				} else if err := readAll(b, &got); err != io.EOF {
					t.Fatal(err)
				}
				if !bytes.Equal(got.Bytes(), sent) {
					t.Errorf("%d bytes arrived, %d were sent, or they differ", got.Len(), len(sent))
				}
			})
		}
	}
}

func produce(b *Body, p []byte) {
	for len(p) > 0 {
		n := min(len(p), 1+rand.IntN(700))
		if n, err := b.Write(context.Background(), p[:n]); err != nil {
			b.CloseWrite(fmt.Errorf("%d bytes written: %w", n, err))
		}
		p = p[n:]
	}
	b.CloseWrite(nil)
}

func readAll(b *Body, to *bytes.Buffer) error {
	p := make([]byte, 900)
	for {
		n, err := b.Read(p[:1+rand.IntN(len(p)-1)])
		to.Write(p[:n])
		if err != nil {
			return err
		}
	}
}

func TestBodyEnds(t *testing.T) {
	broken := errors.New("broken")
	for _, test := range []struct {
		name      string
		end, want error
	}{
		{"well", nil, io.EOF},
		{"well, said otherwise", io.EOF, io.EOF},
		{"with an error", broken, broken},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := NewBody(0)
			b.Write(t.Context(), []byte("hello"))
			b.SetTrailer(Header{{"X", "y"}})
			b.CloseWrite(test.end)
			b.CloseWrite(errors.New("too late"))
			if n, err := b.Write(t.Context(), []byte("x")); n != 0 || err != io.ErrClosedPipe {
				t.Errorf("a write behind the end returned %d, %v", n, err)
			}
			p := make([]byte, 10)
			if n, err := b.Read(p); string(p[:n]) != "hello" || err != nil {
				t.Fatalf("Read returned %q, %v", p[:n], err)
			}
			for range 2 {
				if n, err := b.Read(p); n != 0 || err != test.want {
					t.Errorf("Read at the end returned %d, %v; want %v", n, err, test.want)
				}
			}
			if got := b.Trailer().Get("x"); got != "y" {
				t.Errorf("trailer field %q", got)
			}
		})
	}
}

// A full Body blocks its producer until half of it is free, no longer.
func TestBodyBlocks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b, written := NewBody(4), -1
		go func() { written, _ = b.Write(t.Context(), []byte("123456")) }()
		for _, read := range []string{"1", "2"} {
			if synctest.Wait(); written != -1 {
				t.Fatalf("Write returned %d before %q was read", written, read)
			}
			p := make([]byte, 1)
			if b.Read(p); string(p) != read {
				t.Fatalf("read %q, want %q", p, read)
			}
		}
		if synctest.Wait(); written != 6 {
			t.Fatalf("Write returned %d; the rest fits", written)
		}
	})
}

// Each way out of waiting, for both sides.
func TestBodyWaiting(t *testing.T) {
	reads := func(ctx context.Context, b *Body) (int, error) { return b.ReadContext(ctx, make([]byte, 9)) }
	writes := func(ctx context.Context, b *Body) (int, error) { return b.Write(ctx, []byte("hello")) }
	late := errors.New("too late")
	for _, test := range []struct {
		name  string
		waits func(context.Context, *Body) (int, error)
		then  func(*Body)
		n     int
		err   error
	}{
		{"reader, bytes come", reads, func(b *Body) { b.Write(context.Background(), []byte("x")) }, 1, nil},
		{"reader, stream ends", reads, func(b *Body) { b.CloseWrite(nil) }, 0, io.EOF},
		{"reader, producer fails", reads, func(b *Body) { b.CloseWrite(late) }, 0, late},
		{"reader, Close elsewhere", reads, func(b *Body) { b.Close() }, 0, io.ErrClosedPipe},
		{"reader, context ends", reads, nil, 0, late},
		{"producer, reader makes room", writes, func(b *Body) { b.Read(make([]byte, 2)) }, 5, nil},
		{"producer, reader leaves", writes, func(b *Body) { b.Close() }, 3, ErrAbandoned},
		{"producer, stream ended elsewhere", writes, func(b *Body) { b.CloseWrite(nil) }, 3, io.ErrClosedPipe},
		{"producer, context ends", writes, nil, 3, late},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithCancelCause(t.Context())
				b, done := NewBody(3), false
				var n int
				var err error
				go func() { n, err = test.waits(ctx, b); done = true }()
				time.Sleep(time.Hour)
				if done {
					t.Fatalf("it did not wait: %d, %v", n, err)
				}
				if test.then != nil {
					test.then(b)
				} else {
					cancel(late)
				}
				if synctest.Wait(); !done || n != test.n || err != test.err {
					t.Errorf("got %d, %v; want %d, %v", n, err, test.n, test.err)
				}
				cancel(nil)
			})
		})
	}
}

// A reader whose context has ended may read on.
func TestBodyReadAgain(t *testing.T) {
	b := NewBody(0)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := b.ReadContext(ctx, make([]byte, 1)); err != context.Canceled {
		t.Fatalf("got %v", err)
	}
	b.Write(ctx, []byte("x")) // there is room: nothing to wait for
	b.CloseWrite(nil)
	if got, err := io.ReadAll(b); string(got) != "x" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestBodyAbandoned(t *testing.T) {
	b := NewBody(0)
	before := b.Abandoned()
	select {
	case <-before:
		t.Fatal("abandoned before Close")
	default:
	}
	b.Write(t.Context(), []byte("hello"))
	for range 2 {
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
	}
	<-before
	<-b.Abandoned()
	if n, err := b.Write(t.Context(), []byte("x")); n != 0 || !errors.Is(err, ErrAbandoned) {
		t.Errorf("Write returned %d, %v", n, err)
	}
	if n, err := b.Read(make([]byte, 9)); n != 0 || err != io.ErrClosedPipe {
		t.Errorf("Read returned %d, %v", n, err)
	}
	unasked := NewBody(0)
	unasked.Close()
	<-unasked.Abandoned()
}

// RFC 9110 section 10.1.1: a server "MAY omit sending a 100 (Continue) response if
// it has already received some or all of the content".
func TestBodyOnFirstRead(t *testing.T) {
	for _, test := range []struct {
		name  string
		first func(*Body)
		want  int
	}{
		{"must wait", func(b *Body) {}, 1},
		{"some content is there", func(b *Body) { b.Write(context.Background(), []byte("he")) }, 1}, // for the second read
		{"all is there", func(b *Body) { b.Write(context.Background(), []byte("he")); b.CloseWrite(nil) }, 0},
		{"abandoned", func(b *Body) { b.Close() }, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			b, calls := NewBody(0), 0
			b.onFirstRead = func() {
				calls++
				b.Write(context.Background(), []byte("llo"))
				b.CloseWrite(nil)
			}
			test.first(b)
			io.ReadAll(b)
			if calls != test.want {
				t.Errorf("called %d times, want %d", calls, test.want)
			}
		})
	}
}

func TestBodyWriteToFails(t *testing.T) {
	b := newBodyBytes([]byte("hello"))
	if n, err := b.WriteTo(&shortWriter{room: 2}); n != 2 || err != io.ErrShortWrite {
		t.Fatalf("got %d, %v", n, err)
	}
	if rest, err := io.ReadAll(b); string(rest) != "llo" || err != nil {
		t.Errorf("left %q, %v", rest, err)
	}
}

type shortWriter struct{ room int }

func (w *shortWriter) Write(p []byte) (int, error) { return w.room, io.ErrShortWrite }

func BenchmarkBody(b *testing.B) {
	for _, size := range []int{512, 32 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			body, p := NewBody(0), []byte(strings.Repeat("x", size))
			done := make(chan struct{})
			go func() { body.WriteTo(io.Discard); close(done) }()
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				body.Write(b.Context(), p)
			}
			body.CloseWrite(nil)
			<-done
		})
	}
}
