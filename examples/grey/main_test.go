package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/smtp"
	"net/textproto"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// A mailServer takes all mail.
type mailServer struct {
	net.Listener
	conns sync.WaitGroup
	mail  chan string // what has come, with who and whom
}

func newMailServer(t *testing.T) *mailServer {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &mailServer{Listener: l, mail: make(chan string, 10)}
	s.conns.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			s.conns.Go(func() { s.serve(conn) })
		}
	})
	t.Cleanup(func() { l.Close(); s.conns.Wait() })
	return s
}

func (s *mailServer) serve(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(60 * time.Second))
	c, envelope := textproto.NewConn(conn), ""
	_ = c.PrintfLine("220-hello\r\n220 mail.example ESMTP")
	for {
		line, err := c.ReadLine()
		if err != nil {
			return
		}
		switch verb, rest, _ := strings.Cut(line, " "); strings.ToUpper(verb) {
		case "EHLO":
			_ = c.PrintfLine("250-mail.example\r\n250-CHUNKING\r\n250-8BITMIME\r\n250-AUTH PLAIN LOGIN\r\n250 STARTTLS")
		case "MAIL", "RCPT":
			envelope += rest + " "
			_ = c.PrintfLine("250 2.1.0 ok")
		case "AUTH":
			_ = c.PrintfLine("334 VXNlcm5hbWU6")
			_, _ = c.ReadLine()
			_ = c.PrintfLine("235 2.7.0 welcome")
		case "DATA":
			_ = c.PrintfLine("354 go on")
			text, err := io.ReadAll(c.DotReader())
			if err != nil {
				return // a mail without an end is none
			}
			s.mail <- envelope + string(text)
			_ = c.PrintfLine("250 2.0.0 taken")
		case "QUIT":
			_ = c.PrintfLine("221 2.0.0 bye")
			return
		default:
			_ = c.PrintfLine("500 5.5.1 what?")
		}
	}
}

// proxy runs the program before a mail server.
func proxy(t *testing.T, server, file string, wait time.Duration) (address string, stop func()) {
	g, core, err := newGrey("127.0.0.1:0", server, file, &Greylist{Wait: wait})
	if err != nil {
		t.Fatal(err)
	}
	var sys axon.System
	running, err := sys.Start(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	return core.Addr().String(), func() {
		running.Finish()
		if err := running.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		sys.Close()
	}
}

const text = "Subject: boxes\r\n\r\n.hidden dots\r\n..\r\nand \xc3\xa4\r\n"

func send(address string) error {
	return smtp.SendMail(address, nil, "Ann@example.org", []string{"bob@example.com"}, []byte(text))
}

// Who is new has to come again; then the mail arrives as it was; the next one is not held
// up, not even after a restart.
func TestGreylisting(t *testing.T) {
	server, file := newMailServer(t), filepath.Join(t.TempDir(), "seen.json")
	address, stop := proxy(t, server.Addr().String(), file, time.Second)
	var refused *textproto.Error
	if err := send(address); !errors.As(err, &refused) || refused.Code != 451 {
		t.Fatalf("the first time: %v", err)
	}
	for deadline := time.Now().Add(30 * time.Second); ; <-time.After(100 * time.Millisecond) {
		err := send(address)
		if err == nil {
			break
		}
		if !errors.As(err, &refused) || refused.Code != 451 || time.Now().After(deadline) {
			t.Fatal(err)
		}
	}
	want := "FROM:<Ann@example.org> BODY=8BITMIME TO:<bob@example.com> " + strings.ReplaceAll(text, "\r\n", "\n")
	if got := <-server.mail; got != want {
		t.Errorf("the mail is\n%q, want\n%q", got, want)
	}
	stop()
	if kept, err := os.ReadFile(file); err != nil || strings.Count(string(kept), "bob@example.com") != 1 {
		t.Errorf("kept %q, %v", kept, err)
	}
	address, stop = proxy(t, server.Addr().String(), file, time.Hour)
	defer stop()
	if err := send(address); err != nil {
		t.Fatalf("after the restart: %v", err)
	}
	<-server.mail
}

// answers says lines to the proxy and returns all that it answers.
func answers(t *testing.T, address, said string) string {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(60 * time.Second))
	fmt.Fprint(conn, said)
	_ = conn.(*net.TCPConn).CloseWrite()
	got, err := io.ReadAll(bufio.NewReader(conn))
	if err != nil {
		t.Fatal(err)
	}
	return string(got)
}

func TestSessions(t *testing.T) {
	server := newMailServer(t)
	address, stop := proxy(t, server.Addr().String(), filepath.Join(t.TempDir(), "seen.json"), time.Hour)
	defer stop()
	for name, c := range map[string]struct{ said, want string }{
		"extensions": {"EHLO x\r\nSTARTTLS\r\nBDAT 1\r\nQUIT\r\n",
			"220-hello\r\n220 mail.example ESMTP\r\n250-mail.example\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN\r\n" +
				"502 5.5.1 Command not implemented\r\n502 5.5.1 Command not implemented\r\n221 2.0.0 bye\r\n"},
		"who has logged in need not wait": {"AUTH LOGIN\r\nYW5u\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nQUIT\r\n",
			"220-hello\r\n220 mail.example ESMTP\r\n334 VXNlcm5hbWU6\r\n235 2.7.0 welcome\r\n250 2.1.0 ok\r\n250 2.1.0 ok\r\n221 2.0.0 bye\r\n"},
		"who is new": {"mail from:<a@b>\r\nrcpt to:<c@d>\r\nRCPT TO:<e@f>\r\nfoo\r\nQUIT\r\n",
			"220-hello\r\n220 mail.example ESMTP\r\n250 2.1.0 ok\r\n451 4.7.1 Greylisted, please come again in 1h0m0s\r\n" +
				"451 4.7.1 Greylisted, please come again in 1h0m0s\r\n500 5.5.1 what?\r\n221 2.0.0 bye\r\n"},
		"who hangs up": {"", "220-hello\r\n220 mail.example ESMTP\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := answers(t, address, c.said); got != c.want {
				t.Errorf("got\n%q, want\n%q", got, c.want)
			}
		})
	}
	// A mail that ends with a bare LF for some does not end at all.
	answers(t, address, "AUTH LOGIN\r\nYW5u\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\nx\n.\r\nQUIT\r\n")
	select {
	case mail := <-server.mail:
		t.Errorf("smuggled: %q", mail)
	default:
	}
}

// Without a mail server clients are told so.
func TestNoServer(t *testing.T) {
	server := newMailServer(t)
	server.Close()
	address, stop := proxy(t, server.Addr().String(), filepath.Join(t.TempDir(), "seen.json"), time.Hour)
	defer stop()
	if got := answers(t, address, "EHLO x\r\n"); got != "421 4.4.2 The mail server can not be reached\r\n" {
		t.Errorf("%q", got)
	}
}

func TestGreylist(t *testing.T) {
	g, now := &Greylist{Wait: time.Minute}, time.Now()
	ann := Triplet{"192.0.2.0/24", "ann", "bob"}
	for i, c := range []struct {
		after time.Duration
		wait  time.Duration
		kept  bool
	}{
		{0, time.Minute, false}, {20 * time.Second, 40 * time.Second, false}, {comeAgain, time.Minute, false},
		{time.Minute, 0, true}, {time.Hour, 0, false}, {25 * time.Hour, 0, true}, {34 * 24 * time.Hour, 0, true},
		{36 * 24 * time.Hour, time.Minute, false},
	} {
		now = now.Add(c.after)
		wait, record := g.Ask(ann, now)
		if wait != c.wait || (record != nil) != c.kept {
			t.Errorf("%d: %v, %v", i, wait, record)
		}
	}
	for i := range mostKnown + 10 { // bounded, and mail goes on
		wait, _ := g.Ask(Triplet{Sender: fmt.Sprint(i)}, now)
		if i > mostKnown && wait != 0 {
			t.Fatalf("%d has to wait", i)
		}
	}
	if n := len(g.first) + len(g.known); n > mostKnown {
		t.Errorf("it knows %d", n)
	}
}

func TestNetwork(t *testing.T) {
	for a, want := range map[string]string{
		"192.0.2.77:25": "192.0.2.0/24", "[2001:db8:1:2:3::4]:25": "2001:db8:1:2::/64", "[::ffff:192.0.2.7]:1": "192.0.2.0/24",
	} {
		at, err := net.ResolveTCPAddr("tcp", a)
		if err != nil {
			t.Fatal(err)
		}
		if got := network(at); got != want {
			t.Errorf("%s: %s, want %s", a, got, want)
		}
	}
}

func TestBadFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "seen.json")
	if err := os.WriteFile(file, []byte("{}\nnonsense\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := new(Greylist).Load(file); err == nil || !strings.Contains(err.Error(), "seen.json, line 2: ") {
		t.Error(err)
	}
}

func TestConform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &Proxy{List: &Greylist{Wait: time.Hour}} },
		axontest.Feed("inbox", "EHLO x", "QUIT"), axontest.Feed("replies", "220 hello", "250 ok", "221 bye"))
}
