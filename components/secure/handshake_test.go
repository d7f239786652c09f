package secure_test

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/secure"
	"github.com/kamaelia-go/kamaelia/components/secure/securetest"
)

// says makes a graph that says what it hears.
func says(conn *secure.Conn, _ string) (*axon.Graph, error) {
	return &axon.Graph{Name: "parrot", Parts: axon.Parts{{Name: "PARROT", Component: &parrot{conn: conn}}}}, nil
}

func TestHandshake_Conform(t *testing.T) {
	pair := securetest.Write(t, t.TempDir(), "a", securetest.ECDSA, "a.example")
	config := securetest.Load(t, pair).Config()
	t.Run("a client that says nothing", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component {
			here, _ := net.Pipe()
			return &secure.Handshake{Conn: here, Config: config, Connection: says}
		})
	})
	t.Run("a client that speaks", func(t *testing.T) {
		axontest.Conform(t, func() axon.Component {
			here, there := sockets(t)
			_ = there.SetDeadline(time.Now().Add(100 * time.Millisecond)) // we may go first
			go tls.Client(there, &tls.Config{InsecureSkipVerify: true}).Handshake()
			return &secure.Handshake{Conn: here, Config: config, Connection: func(*secure.Conn, string) (*axon.Graph, error) {
				return &axon.Graph{Name: "quiet", Parts: axon.Parts{{Name: "QUIET", Component: &quiet{}}}}, nil
			}}
		}, axontest.RealTime())
	})
}

func TestHandshake(t *testing.T) {
	pair := securetest.Write(t, t.TempDir(), "a", securetest.ECDSA, "a.example")
	config := securetest.Load(t, pair).Config()
	for _, c := range []struct {
		name     string
		client   func(conn net.Conn) error
		protocol string // the graph's, "-" for none
		fault    string
	}{
		{"h2", func(conn net.Conn) error {
			client := securetest.Client(t, "a.example", pair)
			client.NextProtos = []string{"h2", "http/1.1"}
			return echoes(tls.Client(conn, client))
		}, "h2", ""},
		{"nothing said about the protocol", func(conn net.Conn) error {
			return echoes(tls.Client(conn, securetest.Client(t, "a.example", pair)))
		}, "", ""},
		{"no common protocol", func(conn net.Conn) error {
			client := securetest.Client(t, "a.example", pair)
			client.NextProtos = []string{"gopher"}
			if err := tls.Client(conn, client).Handshake(); err == nil {
				return errors.New("it was agreed upon")
			}
			return nil
		}, "-", "unsupported application protocols"},
		{"a client that does not trust us", func(conn net.Conn) error {
			_ = tls.Client(conn, &tls.Config{ServerName: "a.example"}).Handshake()
			return conn.Close()
		}, "-", "bad certificate|unknown certificate"},
		{"a client that goes", func(conn net.Conn) error { return conn.Close() }, "-", "EOF"},
		{"HTTP", func(conn net.Conn) error {
			_, _ = io.WriteString(conn, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")
			b := make([]byte, 8)
			if _, err := io.ReadFull(conn, b); err != nil || string(b) != "use TLS!" {
				return fmt.Errorf("%q %w", b, err)
			}
			return nil
		}, "plain", "does not look like a TLS handshake"},
		{"rubbish", func(conn net.Conn) error {
			_, _ = conn.Write([]byte{0, 1, 2, 3, 4, 5, 6, 7, 8, 9})
			return nil
		}, "-", "does not look like a TLS handshake"},
	} {
		t.Run(c.name, func(t *testing.T) {
			here, there := sockets(t)
			got, count := "-", &secure.Count{}
			x := &secure.Handshake{Conn: here, Config: config, Count: count,
				Connection: func(conn *secure.Conn, protocol string) (*axon.Graph, error) {
					got = protocol
					return says(conn, protocol)
				},
				Plain: func(conn net.Conn) (*axon.Graph, error) {
					got = "plain"
					_, err := io.WriteString(conn, "use TLS!")
					return &axon.Graph{Name: "none", Parts: axon.Parts{{Name: "PARROT", Component: &parrot{conn: conn}}}}, err
				}}
			h := axontest.Run(t, x)
			if err := c.client(there); err != nil {
				t.Error(err)
			}
			there.Close()
			faults := axontest.Rest(h, &x.Failures)
			if err := h.Wait(); err != nil {
				t.Error(err)
			}
			if got != c.protocol {
				t.Errorf("the protocol is %q", got)
			}
			if n := len(faults); (c.fault != "") != (n == 1) || count.Failed.Load() != uint64(n) || count.Done.Load() != uint64(1-n) {
				t.Fatalf("%v, %d done, %d failed", faults, count.Done.Load(), count.Failed.Load())
			}
			if c.fault == "" {
				return
			}
			fits := false
			for _, part := range strings.Split(c.fault, "|") {
				fits = fits || strings.Contains(faults[0].Error(), part)
			}
			if !fits {
				t.Error(faults[0])
			}
		})
	}
}

// echoes says something and wants to hear it.
func echoes(conn *tls.Conn) error {
	if _, err := io.WriteString(conn, "hello"); err != nil {
		return err
	}
	b := make([]byte, 5)
	_, err := io.ReadFull(conn, b)
	if err == nil && string(b) != "hello" {
		err = fmt.Errorf("%q", b)
	}
	return errors.Join(err, conn.Close())
}

// A client that begins and does not end is closed in time.
func TestHandshake_Time(t *testing.T) {
	pair := securetest.Write(t, t.TempDir(), "a", securetest.ECDSA, "a.example")
	here, there := sockets(t)
	x := &secure.Handshake{Conn: here, Config: securetest.Load(t, pair).Config(), Connection: says, Time: 50 * time.Millisecond}
	h := axontest.Run(t, x)
	_, _ = there.Write([]byte{22, 3, 1, 2, 0, 1})
	if err := axontest.Recv(h, &x.Failures); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Error(err)
	}
	if err := h.Wait(); err != nil {
		t.Error(err)
	}
}

// A client that takes a little now and then has not stalled, though no write has
// come to its end; one that takes nothing has.
func TestConn_Stall(t *testing.T) {
	const stall = 300 * time.Millisecond
	pair := securetest.Write(t, t.TempDir(), "a", securetest.ECDSA, "a.example")
	here, there := sockets(t)
	_ = here.(*net.TCPConn).SetWriteBuffer(64 << 10)
	_ = there.(*net.TCPConn).SetReadBuffer(64 << 10)
	written := make(chan error, 2)
	next := make(chan bool)
	x := &secure.Handshake{Conn: here, Config: securetest.Load(t, pair).Config(), Stall: stall,
		Connection: func(conn *secure.Conn, protocol string) (*axon.Graph, error) {
			go func() {
				for range 2 {
					_ = conn.SetWriteDeadline(time.Now().Add(stall))
					_, err := conn.Write(make([]byte, 2<<20))
					written <- err
					<-next
				}
				conn.Close()
			}()
			return &axon.Graph{Name: "quiet", Parts: axon.Parts{{Name: "QUIET", Component: &quiet{}}}}, nil
		}}
	h := axontest.Run(t, x)
	client := tls.Client(there, securetest.Client(t, "a.example", pair))
	start := time.Now()
	for n := 0; n < 2<<20; {
		b := make([]byte, 64<<10)
		m, err := client.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		if n += m; n%(256<<10) < m {
			<-time.After(stall / 2) // a slow client
		}
	}
	if err := <-written; err != nil || time.Since(start) < 2*stall {
		t.Errorf("%v after %v", err, time.Since(start))
	}
	next <- true
	if err := <-written; !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("a client that takes nothing: %v", err)
	}
	next <- true
	h.Shutdown()
}

// brief is over at once.
type brief struct{ axon.Base }

func (*brief) Main(context.Context) error { return nil }

// A connection goes on with another graph. If that can not be made, the connection ends,
// and nothing else: it is said so, and that the connection does not go on.
func TestHandshake_GoesOn(t *testing.T) {
	pair := securetest.Write(t, t.TempDir(), "a", securetest.ECDSA, "a.example")
	config := securetest.Load(t, pair).Config()
	graph := func() (*axon.Graph, error) {
		return &axon.Graph{Name: "brief", Parts: axon.Parts{{Name: "BRIEF", Component: &brief{}}}}, nil
	}
	for name, next := range map[string]func() (*axon.Graph, error){
		"a graph":               graph,
		"an error":              func() (*axon.Graph, error) { return nil, errors.New("as the test wants it") },
		"a panic":               func() (*axon.Graph, error) { panic("as the test wants it") },
		"nothing":               func() (*axon.Graph, error) { return nil, nil },
		"what can not be built": func() (*axon.Graph, error) { return &axon.Graph{Parts: axon.Parts{{}}}, nil },
	} {
		t.Run(name, func(t *testing.T) {
			here, there := sockets(t)
			made, asked := 0, []bool{}
			x := &secure.Handshake{Conn: here, Config: config,
				Connection: func(*secure.Conn, string) (*axon.Graph, error) {
					if made++; made == 1 {
						return graph()
					}
					return next()
				},
				Continues: func(_ net.Conn, err error) bool {
					asked = append(asked, err != nil)
					return len(asked) == 1
				}}
			h := axontest.Run(t, x)
			if err := tls.Client(there, securetest.Client(t, "a.example", pair)).Handshake(); err != nil {
				t.Fatal(err)
			}
			faults := axontest.Rest(h, &x.Failures)
			if err := h.Wait(); err != nil {
				t.Error(err)
			}
			fails := name != "a graph"
			if made != 2 || fails != (len(faults) == 1) || len(asked) != 2 || asked[0] || asked[1] != fails {
				t.Errorf("%d graphs made, failures %v, asked with an error: %v", made, faults, asked)
			}
		})
	}
}
