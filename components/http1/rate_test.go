package http1

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

// A body has to come at a rate, of which the handler's own time is no part.
func TestParser_BodyRate(t *testing.T) {
	for _, c := range []struct {
		name   string
		rate   int64
		pieces int           // of 100 bytes, one a second
		pause  time.Duration // the handler's, before it reads
		size   int
		fails  bool
	}{
		{"too slow", 200, 200, 0, 100, true},
		{"just so", 90, 200, 0, 100, false},
		{"no limit", -1, 200, 0, 100, false},
		{"the default, too slow", 0, 200, 0, 200, true},
		{"the default, just so", 0, 200, 0, 300, false},
		{"a slow handler", 200, 30, 5 * time.Minute, 64 << 10, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				x := newTalk(t, Limits{BodyTime: 30 * time.Second, BodyRate: c.rate})
				x.say("PUT /a HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n")
				req := x.next()
				read := make(chan error, 1)
				go func() {
					time.Sleep(c.pause)
					_, err := io.Copy(io.Discard, req.Body)
					read <- err
				}()
				piece := strings.Repeat("x", c.size)
				ended := false
				for range c.pieces {
					time.Sleep(time.Second)
					if ended = x.ended(); ended {
						break
					}
					x.say(fmt.Sprintf("%x\r\n%s\r\n", len(piece), piece))
					if x.clock.deadline().Before(time.Now()) {
						x.expire()
					}
				}
				if ended != c.fails {
					t.Fatalf("ended: %v", ended)
				}
				if !ended {
					x.say("0\r\n\r\n")
				}
				err := <-read
				if f, ok := err.(*Failure); c.fails != (err != nil) || c.fails && (!ok || f.Status != 408) {
					t.Errorf("the handler's read ends with %v", err)
				}
			})
		})
	}
}

// The last request that a connection may bring is answered, with its end.
func TestParser_Requests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		x := newTalk(t, Limits{Requests: 3})
		const get = "GET /a HTTP/1.1\r\n" + host + "\r\n"
		x.say(get + get + get + get)
		n := len(axontest.Rest(x.Harness, &x.Outbox))
		if n != 3 || !x.ended() {
			t.Errorf("%d requests", n)
		}
		if !x.Flight.sealed || !x.Flight.linger {
			t.Errorf("%+v", x.Flight)
		}
	})
}
