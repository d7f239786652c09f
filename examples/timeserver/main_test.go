package main

import (
	"bufio"
	"net"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestTime(t *testing.T) {
	g, server, err := newTimeServer("127.0.0.1:0", time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	var sys axon.System
	defer sys.Close()
	running, err := sys.Start(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	for range 2 { // two clients, one clock
		conn, err := net.Dial("tcp", server.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
		lines := bufio.NewScanner(conn)
		for range 3 {
			if !lines.Scan() {
				t.Fatal(lines.Err())
			}
			if _, err := time.Parse("15:04:05", lines.Text()); err != nil {
				t.Error(err)
			}
		}
	}
	running.Finish()
	if err := running.Wait(t.Context()); err != nil {
		t.Error(err)
	}
}
