package main

import (
	"bufio"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/backplane"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// A talker is a server whose lines are gathered.
func talker(t *testing.T) (address string, accept func() net.Conn) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String(), func() net.Conn {
		_ = l.(*net.TCPListener).SetDeadline(time.Now().Add(30 * time.Second))
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close() })
		return conn
	}
}

// Two sources talk, one can not be reached, one goes; a listener hears all, and so does the file.
func TestLogs(t *testing.T) {
	one, acceptOne := talker(t)
	two, acceptTwo := talker(t)
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead.Close()
	file := filepath.Join(t.TempDir(), "all.log")
	if err := os.WriteFile(file, []byte("from yesterday\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	g, server, err := newLogs("127.0.0.1:0", file, []string{one, dead.Addr().String(), two})
	if err != nil {
		t.Fatal(err)
	}
	plane := g.Parts[0].Component.(*backplane.Backplane[[]byte])
	var sys axon.System
	defer sys.Close()
	running, err := sys.Start(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	first, second := acceptOne(), acceptTwo()
	listener, err := net.Dial("tcp", server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	_ = listener.SetDeadline(time.Now().Add(30 * time.Second))
	heard := bufio.NewScanner(listener)
	for plane.Subscribers() != 1 {
		<-time.After(time.Millisecond)
	}
	fmt.Fprintln(first, "hello")
	fmt.Fprintln(second, "I am two")
	hear := func() string {
		t.Helper()
		if !heard.Scan() {
			t.Fatal(heard.Err())
		}
		return heard.Text()
	}
	heardBoth := []string{hear(), hear()} // in any order
	slices.Sort(heardBoth)
	if want := []string{one + " hello", two + " I am two"}; !slices.Equal(heardBoth, slices.Sorted(slices.Values(want))) {
		t.Errorf("heard %q, want %q", heardBoth, want)
	}
	_ = first.Close()
	fmt.Fprintln(second, "alone")
	if got := hear(); got != two+" alone" {
		t.Errorf("heard %q", got)
	}
	running.Finish()
	_ = second.Close()
	if err := running.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	kept := strings.Split(strings.TrimSpace(string(text)), "\n")
	for _, want := range []string{"from yesterday", one + " hello", two + " I am two", two + " alone"} {
		if !slices.Contains(kept, want) {
			t.Errorf("the file has not %q:\n%s", want, text)
		}
	}
}
