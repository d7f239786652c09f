package main

import (
	"bufio"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// Three clients talk, and hear each other; one goes, the others go on; then the server
// is told to finish.
func TestThreeClients(t *testing.T) {
	g, server, plane, err := newChat("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var sys axon.System
	defer sys.Close()
	running, err := sys.Start(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	var conns []net.Conn
	var heard []*bufio.Scanner
	for range 3 {
		conn, err := net.Dial("tcp", server.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		_ = conn.SetDeadline(time.Now().Add(30 * time.Second))
		conns, heard = append(conns, conn), append(heard, bufio.NewScanner(conn))
	}
	subscribed := func(n int) {
		for plane.Subscribers() != n {
			<-time.After(time.Millisecond)
		}
	}
	subscribed(3)
	say := func(who int, what string, to ...int) {
		t.Helper()
		fmt.Fprintln(conns[who], what)
		want := fmt.Sprintf("%v: %s", conns[who].LocalAddr(), what)
		for _, i := range to {
			if !heard[i].Scan() || heard[i].Text() != want {
				t.Fatalf("client %d heard %q, %v; want %q", i, heard[i].Text(), heard[i].Err(), want)
			}
		}
	}
	say(0, "hello", 0, 1, 2)
	say(1, "hi there", 0, 1, 2)
	_ = conns[2].Close()
	subscribed(2)
	say(0, "who was that?", 0, 1)
	running.Finish()
	for i := range 2 {
		if heard[i].Scan() {
			t.Errorf("client %d heard %q at the end", i, heard[i].Text())
		}
	}
	if err := running.Wait(t.Context()); err != nil {
		t.Error(err)
	}
}
