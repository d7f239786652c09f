package http2_test

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/http2"
)

const begin = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"

func TestPreface_Conform(t *testing.T) {
	for name, says := range map[string]string{"silence": "", "a part": "PRI * H", "HTTP/1": "GET / HTTP/1.1\r\n", "HTTP/2": begin} {
		t.Run(name, func(t *testing.T) {
			axontest.Conform(t, func() axon.Component {
				here, there := sockets(t)
				_, _ = io.WriteString(there, says)
				return &http2.Preface{Conn: here, HTTP1: quiet, HTTP2: quiet}
			}, axontest.RealTime())
		})
	}
}

// plainConn hides that a connection is a socket.
type plainConn struct{ net.Conn }

// Whatever the pieces in which the begin comes, the protocol is found out, and
// nothing of it is lost.
func TestPreface(t *testing.T) {
	for _, c := range []struct {
		name, says string
		want       string // which graph: "1", "2", or "" for none
	}{
		{"HTTP/2", begin + "more", "2"},
		{"the preface alone", begin, "2"},
		{"HTTP/1", "GET / HTTP/1.1\r\nHost: a\r\n\r\n", "1"},
		{"a method that looks like it", "PRIX / HTTP/1.1\r\nHost: a\r\n\r\n", "1"},
		{"one byte apart", "PRI * HTTP/2.0\r\n\r\nSM\r\n\rX", "1"},
		{"one byte of HTTP/1", "G", "1"},
		{"a part of the preface, and the end", "PRI * H", "1"},
		{"silence", "", ""},
	} {
		for _, piece := range []int{1, 7, 1000} {
			for _, hidden := range []bool{false, true} {
				t.Run(c.name, func(t *testing.T) {
					here, there := sockets(t)
					if hidden {
						here = plainConn{here}
					}
					got, all := "", make(chan string, 1)
					reads := func(which string) func(net.Conn) (*axon.Graph, error) {
						return func(conn net.Conn) (*axon.Graph, error) {
							got = which
							go func() {
								b, _ := io.ReadAll(conn)
								all <- string(b)
							}()
							return quiet(conn)
						}
					}
					p := &http2.Preface{Conn: here, HTTP1: reads("1"), HTTP2: reads("2"), Time: -1} // all ends without it
					h := axontest.Run(t, p)
					for rest := c.says; len(rest) > 0; {
						n := min(piece, len(rest))
						_, _ = io.WriteString(there, rest[:n])
						rest = rest[n:]
					}
					there.(*net.TCPConn).CloseWrite()
					if c.want == "" {
						if err := h.Wait(); err != nil || got != "" {
							t.Errorf("%q, %v", got, err)
						}
						return
					}
					select {
					case b := <-all:
						if got != c.want || b != c.says {
							t.Errorf("%q, by the graph %s", b, got)
						}
					case <-time.After(10 * time.Second):
						t.Fatal("no graph was made")
					}
				})
			}
		}
	}
}

// A client that does not come to its begin is let go.
func TestPreface_Time(t *testing.T) {
	here, there := sockets(t)
	p := &http2.Preface{Conn: here, HTTP1: quiet, HTTP2: quiet, Time: 30 * time.Millisecond}
	h := axontest.Run(t, p)
	_, _ = io.WriteString(there, "PRI")
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
}
