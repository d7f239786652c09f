package tcp_test

import (
	"net"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/tcp"
)

// A connection whose socket tells what is left loses neither bytes nor the end, however
// they come: in one piece that fills the buffer, in several, the end with the last bytes.
func TestReader_TellsLeft(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, last := range []int{1, 100, 4 << 10, 4<<10 + 1, 64 << 10, 300 << 10} {
		client, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		r := &tcp.Reader{Conn: conn}
		h := axontest.Run(t, r)
		hear := func(n int) {
			t.Helper()
			for n > 0 {
				c := axontest.Recv(h, &r.Outbox)
				if c.Event != tcp.Bytes {
					t.Fatalf("%d bytes and %d are missing: event %v", last, n, c.Event)
				}
				n -= len(c.Data)
				c.Release()
			}
		}
		say := func(n int) {
			if _, err := client.Write([]byte(strings.Repeat("x", n))); err != nil {
				t.Error(err)
			}
		}
		for range 5 {
			say(10)
			hear(10)
		}
		done := make(chan struct{})
		go func() {
			defer close(done)
			say(last)
			_ = client.(*net.TCPConn).CloseWrite()
		}()
		hear(last)
		<-done
		if err := h.Wait(); err != nil {
			t.Errorf("%d bytes: %v", last, err)
		}
		_ = client.Close()
		_ = conn.Close()
	}
}
