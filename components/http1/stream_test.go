package http1

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

// A raw response is sent as it is, and is the last one.
func TestWriter_Raw(t *testing.T) {
	const answer = "HTTP/1.1 203 Mine\nConnection: keep-alive\n\nbody, or not"
	inBubble(t, "as it is", func(t *testing.T) {
		x := newAnswering(t, func(w *Writer) { w.Server, w.Fields = "kamaelia", []byte("X-A: b\r\n") })
		first, next := x.asked(&Request{Method: "HEAD"}), x.asked(&Request{Method: "GET"})
		x.answer(Text(next, 200, "another"), &Response{Request: first, Status: 203, Raw: io.NopCloser(strings.NewReader(answer))})
		if !x.hasEnded() {
			t.Error("the connection goes on")
		}
		if got := x.conn.String(); got != answer {
			t.Errorf("%q, want %q", got, answer)
		}
	})
	inBubble(t, "logged", func(t *testing.T) {
		x := newAnswering(t)
		x.answer(&Response{Request: x.asked(&Request{Method: "GET"}), Status: 203, Raw: io.NopCloser(strings.NewReader(answer))})
		if got := axontest.Recv(x.Harness, &x.Log); got.Status != 203 || got.Bytes != int64(len(answer)) || got.Err != nil {
			t.Errorf("%d, %d bytes, %v", got.Status, got.Bytes, got.Err)
		}
	})
	inBubble(t, "broken off", func(t *testing.T) {
		x := newAnswering(t)
		body := NewBody(0)
		_, _ = body.Write(t.Context(), []byte("HTTP/1.1 200 OK\r\n"))
		body.CloseWrite(errors.New("ended by a signal"))
		x.answer(&Response{Request: x.asked(&Request{Method: "GET"}), Status: 200, Raw: body})
		if got := axontest.Recv(x.Harness, &x.Log); got.Err == nil {
			t.Error("a part is logged as the whole")
		}
	})
	if err := (&Response{Request: &Request{}, Status: 200, Raw: NewBody(0)}).Validate(); err == nil {
		t.Error("a request without a Parser takes no raw response")
	}
}

// What is there of a stream leaves with the head, in one piece.
func TestWriter_StreamTogether(t *testing.T) {
	inBubble(t, "", func(t *testing.T) {
		x := newAnswering(t)
		body := NewBody(0)
		_, _ = body.Write(t.Context(), []byte("hello"))
		x.answer(&Response{Request: x.asked(&Request{Method: "GET"}), Status: 200, Stream: body})
		x.Settle()
		if got := x.conn.String(); !strings.HasSuffix(got, "\r\n\r\n5\r\nhello\r\n") {
			t.Errorf("%q", got)
		}
		if n := x.conn.written(); n != 1 {
			t.Errorf("%d writes, want one", n)
		}
		body.CloseWrite(nil)
		x.Settle()
		if got := x.conn.String(); !strings.HasSuffix(got, "hello\r\n0\r\n\r\n") {
			t.Errorf("%q", got)
		}
	})
}
