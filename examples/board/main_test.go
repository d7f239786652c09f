package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/auth"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// directory has two users: ann with the password secret, bob with xyzzy.
func directory(t *testing.T) string {
	dir := t.TempDir()
	users := "ann:{SHA}5en6G6MezRroT3XKqkdPOmY/BfQ=\nbob:{SHA}q2nbgxWvfebmc6bd8SjUFRV6fD8=\n"
	if err := os.WriteFile(filepath.Join(dir, "users"), []byte(users), 0o600); err != nil {
		t.Fatal(err)
	}
	return dir
}

// serve runs the board as it is after a step.
func serve(t *testing.T, step int, dir string) (address string, stop func()) {
	server, err := newServer(step, dir, "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var sys axon.System
	running, err := sys.Start(t.Context(), axon.Pipeline(server))
	if err != nil {
		t.Fatal(err)
	}
	return server.Addr().String(), func() {
		running.Finish()
		if err := running.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		sys.Close()
	}
}

// talk is a session of a person: lines that begin with a > are typed, the others must be
// shown. It ends with the connection, or hangs up.
func talk(t *testing.T, address, script string, hangUp bool) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(60 * time.Second))
	seen := bufio.NewReader(conn)
	when := regexp.MustCompile(`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d`)
	for line := range strings.Lines(script) {
		line = strings.TrimSpace(line)
		if typed, ok := strings.CutPrefix(line, "> "); ok {
			fmt.Fprintf(conn, "%s\r\n", typed)
			continue
		}
		got, err := seen.ReadString('\n')
		got = when.ReplaceAllString(strings.ReplaceAll(strings.TrimSpace(got), conn.LocalAddr().String(), "HERE"), "WHEN")
		if err != nil || got != line {
			t.Fatalf("shown %q, want %q: %v", got, line, err)
		}
	}
	if hangUp {
		return
	}
	_ = conn.(*net.TCPConn).CloseWrite()
	if rest, err := io.ReadAll(seen); err != nil || len(rest) > 0 {
		t.Errorf("at the end: %q, %v", rest, err)
	}
}

func TestSteps(t *testing.T) {
	for step, script := range []string{
		"> hello\nhello",
		"name?\n> ann\nHello, ann.",
		"name?\n> ann\nGood-bye, ann from HERE.",
		"name?\n> ann\npassword?\n> wrong\nSorry: no such name, or not its password.\n" +
			"name?\n> ann\npassword?\n> secret\nHello, ann. There are 0 new messages.\nGood-bye, ann.",
		"name?\n> ann\npassword?\n> secret\nHello, ann. There are 0 new messages.\n" +
			"list, read NUMBER, post TEXT, or quit?\n> what?\nlist, read NUMBER, post TEXT, or quit?\n> quit\nGood-bye, ann.",
		"name?\n> bob\n> xyzzy\npassword?\nHello, bob. There are 0 new messages.\n" + // typed ahead
			"list, read NUMBER, post TEXT, or quit?\n> quit\nGood-bye, bob.",
	} {
		t.Run(fmt.Sprint(step+1), func(t *testing.T) {
			address, stop := serve(t, step+1, directory(t))
			defer stop()
			talk(t, address, script, false)
		})
	}
}

const menu = "list, read NUMBER, post TEXT, or quit?\n"

func hello(name, password string, news int) string {
	return fmt.Sprintf("name?\n> %s\npassword?\n> %s\nHello, %s. There are %d new messages.\n", name, password, name, news) + menu
}

// Two people write to each other; one hangs up; the server is restarted between.
func TestBoard(t *testing.T) {
	dir := directory(t)
	address, stop := serve(t, 6, dir)
	talk(t, address, hello("ann", "secret", 0)+"> post hello, bob\nit is message 1\n"+menu+"> post still there?\nit is message 2\n"+menu+
		"> quit\nGood-bye, ann.", false)
	talk(t, address, hello("bob", "xyzzy", 2)+"> list\n* 1 ann: hello, bob\n* 2 ann: still there?\n"+menu+
		"> read 1\n1, ann, WHEN:\nhello, bob\n"+menu+"> read 3\nthere is no message \"3\"\n"+menu, true)
	stop() // waits for the sessions, also for what they save at their end

	address, stop = serve(t, 6, dir)
	defer stop()
	talk(t, address, hello("bob", "xyzzy", 1)+"> list\n1 ann: hello, bob\n* 2 ann: still there?\n"+menu+"> quit\nGood-bye, bob.", false)
}

// Who guesses three times has to come again.
func TestStranger(t *testing.T) {
	address, stop := serve(t, 6, directory(t))
	defer stop()
	guess := "name?\n> ann\npassword?\n> guess\nSorry: no such name, or not its password.\n"
	talk(t, address, strings.Repeat(guess, 3), false)
}

func TestBadDirectory(t *testing.T) {
	if _, err := newServer(6, t.TempDir(), "127.0.0.1:0"); err == nil {
		t.Error("it does without users")
	}
	for _, name := range []string{"messages", "visits"} {
		dir := directory(t)
		if err := os.WriteFile(filepath.Join(dir, name), []byte("{nonsense\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := newServer(6, dir, "127.0.0.1:0"); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("bad %s: %v", name, err)
		}
	}
}

func TestConform(t *testing.T) {
	dir := directory(t)
	b := &Board{Users: &auth.Users{File: filepath.Join(dir, "users")}, dir: dir, visits: map[string]int{}}
	if err := b.Users.Open(); err != nil {
		t.Fatal(err)
	}
	state := func() *State { return &State{Peer: &sockets.Peer{Remote: &net.TCPAddr{}}, Name: "ann"} }
	for name, make := range map[string]func() axon.Component{
		"Greeter":  func() axon.Component { return &Greeter{} },
		"Name":     func() axon.Component { return &Name{State: state()} },
		"Farewell": func() axon.Component { return &Farewell{State: state()} },
		"Login":    func() axon.Component { return &Login{State: state(), Users: b.Users} },
		"Retrieve": func() axon.Component { return &Retrieve{State: state(), Board: b} },
		"Menu":     func() axon.Component { return &Menu{State: state(), Board: b} },
		"Save":     func() axon.Component { return &Save{State: state(), Board: b} },
	} {
		t.Run(name, func(t *testing.T) { axontest.Conform(t, make, axontest.Feed("inbox", "list", "quit")) })
	}
}
