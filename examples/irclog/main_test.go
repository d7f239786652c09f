package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/irc"
)

func TestMain(m *testing.M) { axontest.Main(m) }

// ngircd starts Debian's IRC server on a free port, until the test's end.
func ngircd(t *testing.T) (address string) {
	path, err := exec.LookPath("ngircd")
	if err != nil {
		if os.Getenv("KAMAELIA_TEST_ALL") == "1" {
			t.Fatal("ngircd is not installed, and KAMAELIA_TEST_ALL=1 wants every test")
		}
		t.Skip("ngircd is not installed")
	}
	for range 5 { // the port may be taken by somebody else between two lines
		free, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		address = free.Addr().String()
		free.Close()
		_, port, _ := net.SplitHostPort(address)
		conf := filepath.Join(t.TempDir(), "ngircd.conf")
		text := "[Global]\nName = irc.example\nInfo = test\nListen = 127.0.0.1\nPorts = " + port +
			"\nMotdPhrase = welcome\n[Limits]\nMaxConnectionsIP = 0\n[Options]\nDNS = no\nIdent = no\nPAM = no\nSyslogFacility = local7\n"
		if err := os.WriteFile(conf, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(path, "--nodaemon", "--config", conf)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		var said strings.Builder
		gone := make(chan struct{})
		go func() { _, _ = io.Copy(&said, out); _ = cmd.Wait(); close(gone) }()
		t.Cleanup(func() { _ = cmd.Process.Kill(); <-gone })
		for deadline := time.Now().Add(20 * time.Second); time.Now().Before(deadline); {
			if conn, err := net.Dial("tcp", address); err == nil {
				conn.Close()
				return address
			}
			select {
			case <-gone:
				deadline = time.Now()
			case <-time.After(10 * time.Millisecond):
			}
		}
		_ = cmd.Process.Kill()
		<-gone
		t.Logf("ngircd does not listen on %s:\n%s", address, said.String())
	}
	t.Fatal("ngircd does not start")
	return ""
}

// A person has an ordinary client: a connection, and what is typed into it.
type person struct {
	t     *testing.T
	conn  net.Conn
	lines *bufio.Scanner
}

func join(t *testing.T, address, nick, channel string) *person {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(60 * time.Second))
	p := &person{t, conn, bufio.NewScanner(conn)}
	p.say("NICK " + nick)
	p.say("USER " + nick + " 0 * :" + nick)
	p.until(" 001 ")
	p.say("JOIN " + channel)
	p.until(" 366 ") // the end of who is there
	return p
}

func (p *person) say(line string) { fmt.Fprintf(p.conn, "%s\r\n", line) }

// until reads until a line has something in it.
func (p *person) until(what string) string {
	p.t.Helper()
	for p.lines.Scan() {
		if line := p.lines.Text(); strings.Contains(line, what) {
			return line
		} else if ping, ok := strings.CutPrefix(line, "PING"); ok {
			p.say("PONG" + ping)
		}
	}
	p.t.Fatalf("nobody says %q: %v", what, p.lines.Err())
	return ""
}

// Two people talk, the logger is there under another name than it wanted, and writes down
// what they say; told to finish it says good-bye.
func TestLogger(t *testing.T) {
	address := ngircd(t)
	bob := join(t, address, "bob", "#go")
	scribe := join(t, address, "scribe", "#elsewhere") // has the logger's name
	dir := t.TempDir()
	var sys axon.System
	defer sys.Close()
	running, err := sys.Start(t.Context(), newLogger(address, "scribe", "#go", dir))
	if err != nil {
		t.Fatal(err)
	}
	bob.until(":scribe_!")
	ann := join(t, address, "ann", "#go")
	bob.until(":ann!")
	for _, line := range []string{"PRIVMSG #go :hello, all", "PRIVMSG #go :\x01ACTION waves\x01", "PRIVMSG scribe :elsewhere", "TOPIC #go :boxes"} {
		ann.say(line)
	}
	bob.until("TOPIC #go")
	bob.say("NICK robert")
	ann.until("NICK")
	bob.say("PART #go")
	ann.until("PART #go")
	scribe.until("PRIVMSG scribe")
	ann.say("PRIVMSG #go :that is all")
	ann.say("PRIVMSG scribe_ :and this is private")
	want := []string{
		"*** scribe_ has joined", "*** ann has joined", "<ann> hello, all", "* ann waves", "*** ann says the topic is: boxes",
		"*** bob is now robert", "*** robert has left", "<ann> that is all",
	}
	log := waitFor(t, dir, want[len(want)-1])
	running.Finish()
	if line := ann.until("QUIT"); !strings.Contains(line, ":scribe_!") {
		t.Errorf("%q", line)
	}
	if err := running.Wait(t.Context()); err != nil {
		t.Error(err)
	}
	entry := regexp.MustCompile(`^\d\d:\d\d:\d\d (.*)$`)
	var got []string
	for line := range strings.Lines(log) {
		if m := entry.FindStringSubmatch(strings.TrimSuffix(line, "\n")); m != nil {
			got = append(got, m[1])
		} else {
			t.Errorf("%q is no entry", line)
		}
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("the log is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// waitFor waits until a line stands in the logs, and returns them.
func waitFor(t *testing.T, dir, last string) string {
	for deadline := time.Now().Add(30 * time.Second); time.Now().Before(deadline); <-time.After(5 * time.Millisecond) {
		var text strings.Builder
		files, err := filepath.Glob(filepath.Join(dir, "#go-????-??-??.log"))
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range files { // two, around midnight
			b, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			text.Write(b)
		}
		if strings.HasSuffix(text.String(), last+"\n") {
			return text.String()
		}
	}
	t.Fatalf("%q is not written down", last)
	return ""
}

// A day has a file of its own.
func TestDaily(t *testing.T) {
	dir := t.TempDir()
	at := time.Date(2026, 11, 28, 23, 59, 58, 0, time.UTC)
	d := &Daily{Dir: dir, Name: "#a/b", Now: func() time.Time { at = at.Add(time.Second); return at }}
	h := axontest.Run(t, d)
	axontest.Send(h, &d.Inbox, "one", "two", "three")
	h.Finish()
	h.Wait()
	for name, want := range map[string]string{
		"#a_b-2026-11-28.log": "23:59:59 one\n", "#a_b-2026-11-29.log": "00:00:00 two\n00:00:01 three\n",
	} {
		if got, err := os.ReadFile(filepath.Join(dir, name)); err != nil || string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestConform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &Daily{Dir: t.TempDir(), Name: "x"} })
}

func TestEntries(t *testing.T) {
	for line, want := range map[string]string{
		":b!b@h NOTICE #GO :look": "-b- look", ":b!b@h PRIVMSG #other :x": "", ":b!b@h QUIT :bye": "*** b has left", ":s 001 x :hello": "",
	} {
		m, err := irc.Parse(line)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := entries("#go")(m); got != want || ok != (want != "") {
			t.Errorf("%q: %q, %v", line, got, ok)
		}
	}
}
