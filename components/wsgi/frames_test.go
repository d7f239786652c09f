//go:build unix

package wsgi

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// said makes a frame.
func said(kind byte, number uint32, head, body string) string {
	b := binary.LittleEndian.AppendUint32([]byte{kind}, number)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(head)))
	b = binary.LittleEndian.AppendUint64(b, uint64(len(body)))
	return string(b) + head + body
}

// A hearing is a thread of a worker, and a request that it has.
type hearing struct {
	thread *thread
	call   *call
	worker *net.UnixConn
	ended  chan struct{} // the thread has
}

// hear runs a thread that says what it is told to, and no more.
func hear(t testing.TB, says string) *hearing {
	t.Helper()
	app := &App{name: "app:application", Threads: 1}
	app.pool = newPool(1, 1)
	ours, theirs, err := socketPair()
	if err != nil {
		t.Fatal(err)
	}
	worker, err := socketOf(theirs)
	if err != nil {
		t.Fatal(err)
	}
	l, err := newLink(ours)
	if err != nil {
		t.Fatal(err)
	}
	q, end, err := newQueue()
	if err != nil {
		t.Fatal(err)
	}
	_ = end.Close()
	req := &http1.Request{Method: "GET", Major: 1, Minor: 1, Body: http1.NewBody(0)}
	req.Body.CloseWrite(nil)
	c := &call{req: req, done: make(chan struct{}, 1)}
	r := &run{app: app, queue: q, calls: map[uint32]*call{1: c}, threads: map[*thread]bool{}, ready: newEvent(), stale: newEvent(), mad: newEvent()}
	h := &hearing{&thread{link: l, run: r, pool: app.pool, back: make(chan struct{}, 1)}, c, worker, make(chan struct{})}
	app.pool.add(h.thread, 1)
	go func() {
		_, _ = worker.Write([]byte(says))
		_ = worker.CloseWrite()
		_, _ = io.Copy(io.Discard, worker)
	}()
	go func() {
		defer close(h.ended)
		_ = h.thread.Main(context.Background())
		app.pool.bury(r)
	}()
	return h
}

// answer waits for the answer, and returns it with what there is of its body.
func (h *hearing) answer(offer bool) (resp *http1.Response, body []byte, err error) {
	<-h.call.done
	resp, err = h.call.resp, h.call.err
	if h.call.thread != nil {
		e := exchange{thread: h.call.thread, req: h.call.req}
		resp, err = e.run(h.call.begun)
	}
	if err != nil || resp.Stream == nil {
		return resp, nil, err
	}
	defer resp.Stream.Close()
	if offer {
		resp.Stream.(http1.Direct).Offer()
	}
	body, err = io.ReadAll(resp.Stream)
	return resp, body, err
}

// TestFrames: what a worker says that has gone mad becomes an error, and it is known
// to be mad; what it says well does not.
func TestFrames(t *testing.T) {
	const head = "200 OK\nX\x00y"
	long := strings.Repeat("x", 300_000)
	for _, c := range []struct {
		name, says string
		body       string
		err        error
		mad        bool
	}{
		{"pieces", said('H', 1, head, "one") + said('C', 1, "", " two") + said('L', 1, "", " three"), "one two three", nil, false},
		{"an end of its own", said('H', 1, head, "") + said('C', 1, "", "one") + said('E', 1, "", ""), "one", nil, false},
		{"a large whole", said('W', 1, head, long), long, nil, false},
		{"the body is asked for", said('H', 1, head, "one") + said('R', 1, "\x10\x00\x00\x00", "") + said('L', 1, "", "!"), "one!", nil, false},
		{"no socket to lend", said('H', 1, head, "one") + said('S', 1, "", "") + said('L', 1, "", "!"), "one!", nil, false},
		{"it dies", said('H', 1, head, "one") + "C\x01", "one", errDied, false},
		{"no frame", "GET / HTTP/1.1\r\nHost: x\r\n\r\n", "", errDied, true},
		{"an unknown kind", said('H', 1, head, "one") + said('?', 1, "", "two"), "one", errFrame, true},
		{"a second head", said('H', 1, head, "one") + said('H', 1, head, "two"), "one", errFrame, true},
		{"no head", said('C', 1, "", "one"), "", errFrame, true},
		{"an endless head", "W\x01\x00\x00\x00\xff\xff\xff\xff" + strings.Repeat("\x00", 8), "", errDied, true},
		{"an endless failure", said('H', 1, head, "one") + "X\x01\x00\x00\x00" + strings.Repeat("\x00", 4) + "\xff\xff\xff\xff\xff\xff\xff\x7f", "one", errFrame, true},
		{"a question without a number", said('R', 1, "many", "") + said('R', 1, "more!", ""), "", errFrame, true},
		{"a file without a descriptor", said('F', 1, "12345678"+head, ""), "", errFrame, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := hear(t, c.says)
			_, body, err := h.answer(false)
			if string(body) != c.body || !errors.Is(err, c.err) {
				t.Errorf("%.100q %v", body, err)
			}
			<-h.ended
			select {
			case <-h.thread.run.mad.c:
				if !c.mad {
					t.Error("the worker is taken for mad")
				}
			default:
				if c.mad {
					t.Error("nobody has seen that the worker is mad")
				}
			}
			_ = h.worker.Close()
		})
	}
}

// payload returns what the frames of one answer carry of a body, read in the plainest
// way.
func payload(says string) (body []byte) {
	for len(says) >= frameSize {
		head, size := uint64(binary.LittleEndian.Uint32([]byte(says[5:]))), binary.LittleEndian.Uint64([]byte(says[9:]))
		kind := says[0]
		says = says[frameSize:]
		if head > uint64(len(says)) {
			break
		}
		says = says[head:]
		size = min(size, uint64(len(says)))
		if strings.IndexByte("WHCL", kind) >= 0 {
			body = append(body, says[:size]...)
			says = says[size:]
		}
	}
	return body
}

// FuzzFrames: whatever a worker says, there is one answer, no byte of which it has
// not said.
func FuzzFrames(f *testing.F) {
	const head = "200 OK\nX\x00y"
	for _, says := range []string{
		said('H', 1, head, "one") + said('C', 1, "", " two") + said('L', 1, "", " three"),
		said('W', 1, head, "whole"), said('R', 1, "\x10\x00\x00\x00", "") + said('W', 1, head+"\nContent-Length\x003", "abc"),
		said('H', 1, head, "one") + said('S', 1, "", "") + said('P', 1, "12345678", "") + said('E', 1, "", ""),
		said('X', 1, "what", "where"), said('H', 2, head, "nobody's") + said('E', 2, "", "") + said('W', 1, head, ""), said('F', 1, "12345678"+head, ""),
	} {
		f.Add([]byte(says), true)
		f.Add([]byte(says), false)
	}
	f.Fuzz(func(t *testing.T, says []byte, offer bool) {
		if len(says) > 100_000 {
			return
		}
		h := hear(t, string(says))
		limit := time.AfterFunc(time.Minute, func() { panic("no answer") })
		defer limit.Stop()
		resp, body, err := h.answer(offer)
		if err == nil && resp == nil {
			t.Error("neither a response nor an error")
		}
		if err == nil && resp.Stream == nil {
			body = resp.Bytes
		}
		if all := payload(string(says)); !bytes.Contains(all, body) {
			t.Errorf("%q is not in %q", body, all)
		}
		<-h.ended
		select {
		case <-h.call.done:
			t.Error("a second answer")
		default:
		}
		_ = h.worker.Close()
	})
}
