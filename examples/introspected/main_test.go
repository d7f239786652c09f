package main

import (
	"bufio"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// Who watches sees a connection come and go.
func TestWatch(t *testing.T) {
	g, server, watcher, err := newServers("127.0.0.1:0", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var sys axon.System
	defer sys.Close()
	if _, err := sys.Start(t.Context(), g); err != nil {
		t.Fatal(err)
	}
	dial := func(address net.Addr) net.Conn {
		conn, err := net.Dial("tcp", address.String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
		return conn
	}
	lines := bufio.NewScanner(dial(watcher.Addr()))
	until := func(begin, end string) {
		t.Helper()
		for lines.Scan() {
			if line := lines.Text(); strings.HasPrefix(line, begin) && strings.HasSuffix(line, end) {
				return
			}
		}
		t.Fatalf("no line %q...%q: %v", begin, end, lines.Err())
	}
	until("DEL ALL", "")
	until("ADD NODE 1:SERVER ", "component")
	conn := dial(server.Addr())
	until("ADD NODE ", "FUNCTION randompos component")
	_ = conn.Close()
	until("DEL NODE ", "/FUNCTION")
}
