//go:build unix

package test

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"os/exec"
	"regexp"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/components/secure/securetest"
	"github.com/kamaelia-go/kamaelia/pipelines/config"
)

// A place is where a server can be reached.
type place struct {
	name string
	addr string
	tls  *tls.Config // of a client; nil: it speaks without
}

// dial connects to a place.
func (p place) dial(t testing.TB) *wire {
	t.Helper()
	if p.tls == nil {
		return dial(t, p.addr)
	}
	conn, err := tls.Dial("tcp", p.addr, p.tls)
	if err != nil {
		t.Fatal(err)
	}
	return newWire(t, conn)
}

var securePattern = regexp.MustCompile(`https://([0-9A-Za-z.\[\]:]+:[0-9]+)/`)

// places serves the site in every way: by the command and in this process, with TLS
// and without. What is written below /put is in a directory of its own for each.
func places(t testing.TB) []place {
	t.Helper()
	pair := securetest.Write(t, t.TempDir(), "a", securetest.ECDSA, "example.com")
	client := securetest.Client(t, "example.com", pair)

	s := startServer(t, exec.Command(program, "serve", "--listen", "127.0.0.1:0", "--listen-tls", "127.0.0.1:0",
		"--tls-cert", pair.Cert, "--tls-key", pair.Key, "--root", site(t), "--put", "/put="+writable(t),
		"--cgi", "/cgi="+programs(t), "--cgi-arguments"))
	var encrypted []string
	eventually(t, 5*time.Second, "the command tells its https address", func() bool {
		encrypted = securePattern.FindStringSubmatch(s.log.String())
		return encrypted != nil
	})
	c, err := config.Parse("test.yaml", fmt.Appendf(nil, `
listen: ["127.0.0.1:0", {address: "127.0.0.1:0", tls: {certificate: %q, key: %q}}]
access-log: off
root: %q
paths:
  /put: {root: %q, put: {}}
  /cgi: {root: %q, cgi: {arguments: true}}
`, pair.Cert, pair.Key, site(t), writable(t), programs(t)))
	if err != nil {
		t.Fatal(err)
	}
	own, err := c.Build()
	if err != nil {
		t.Fatal(err)
	}
	if err := own.Open(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- own.Site.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-over; err != nil {
			t.Errorf("the server in this process ends with %v", err)
		}
		own.Close()
	})
	return []place{
		{"command", s.addr, nil},
		{"command, TLS", encrypted[1], client},
		{"in process", own.Site.Sockets[0].Addr().String(), nil},
		{"in process, TLS", own.Site.SecureSockets[0].Addr().String(), client},
	}
}

// halfCloser is a connection whose one direction can be ended.
type halfCloser interface {
	net.Conn
	CloseWrite() error
}
