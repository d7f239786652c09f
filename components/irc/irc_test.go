package irc_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/console"
	"github.com/kamaelia-go/kamaelia/components/ends"
	"github.com/kamaelia-go/kamaelia/components/irc"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestConform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &irc.Client{Nick: "ann", Channels: []string{"#a"}} },
		axontest.Feed("inbox", "PING :x", ":s 001 ann :Welcome", ":bob!b@h PRIVMSG #a :hi", "::"),
		axontest.Feed("talk", irc.Message{Command: "PRIVMSG", Params: []string{"#a", "hello"}}))
}

func TestParse(t *testing.T) {
	for line, want := range map[string]struct {
		source, command string
		params          []string
	}{
		"PING":                               {"", "PING", nil},
		"PING :a b":                          {"", "PING", []string{"a b"}},
		":s.example 001 ann :Welcome, ann":   {"s.example", "001", []string{"ann", "Welcome, ann"}},
		":bob!b@h PRIVMSG #a :":              {"bob!b@h", "PRIVMSG", []string{"#a", ""}},
		":bob!b@h  MODE   #a  +o  ann ":      {"bob!b@h", "MODE", []string{"#a", "+o", "ann"}},
		"@time=1;x :bob!b@h JOIN #a":         {"bob!b@h", "JOIN", []string{"#a"}},
		"X 1 2 3 4 5 6 7 8 9 10 11 12 13 14": {"", "X", strings.Fields("1 2 3 4 5 6 7 8 9 10 11 12 13 14")},
		"X 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16": {"", "X",
			append(strings.Fields("1 2 3 4 5 6 7 8 9 10 11 12 13 14"), "15 16")},
		"PRIVMSG #a ::)": {"", "PRIVMSG", []string{"#a", ":)"}},
	} {
		m, err := irc.Parse(line)
		if err != nil || m.Source != want.source || m.Command != want.command || !slices.Equal(m.Params, want.params) {
			t.Errorf("%q: %#v, %v", line, m, err)
		}
	}
	for _, line := range []string{"", " ", ":", ":s", ":s ", ": PING", "@a", "@a ", "12", "1234", "A1", "ÄÖ x", "A\rB", "A\x00", "A\nB"} {
		if m, err := irc.Parse(line); !errors.Is(err, irc.ErrMessage) {
			t.Errorf("%q: %#v, %v", line, m, err)
		}
	}
}

func TestValidate(t *testing.T) {
	for name, m := range map[string]irc.Message{
		"no command":            {},
		"a line in a parameter": {Command: "PRIVMSG", Params: []string{"#a", "x\r\nQUIT"}},
		"a line in the command": {Command: "PRIVMSG #a\r\nQUIT"},
		"a space before":        {Command: "JOIN", Params: []string{"#a b", "c"}},
		"an empty one before":   {Command: "JOIN", Params: []string{"", "c"}},
		"a colon before":        {Command: "JOIN", Params: []string{":a", "c"}},
		"a space in the source": {Source: "a b", Command: "JOIN"},
		"too many":              {Command: "JOIN", Params: slices.Repeat([]string{"a"}, 16)},
		"too long":              {Command: "JOIN", Params: []string{strings.Repeat("a", 506)}},
	} {
		if err := m.Validate(); !errors.Is(err, irc.ErrMessage) {
			t.Errorf("%s: %v", name, err)
		}
	}
	long := irc.Message{Command: "JOIN", Params: []string{strings.Repeat("a", 505)}}
	if err := long.Validate(); err != nil {
		t.Error(err)
	}
}

// A session: the nickname is taken, then it is let in, joins, answers a ping and talks.
func TestSession(t *testing.T) {
	c := &irc.Client{Nick: "ann", Name: "Ann A", Password: "secret", Channels: []string{"#a", "#b"}}
	h := axontest.Run(t, c)
	said := func(lines ...string) {
		t.Helper()
		for _, want := range lines {
			if got := axontest.Recv(h, &c.Outbox); got != want {
				t.Errorf("it says %q, want %q", got, want)
			}
		}
	}
	heard := func(command string) irc.Message {
		t.Helper()
		m := axontest.Recv(h, &c.Heard)
		if m.Command != command {
			t.Errorf("heard %v, want %s", m, command)
		}
		return m
	}
	said("PASS secret", "NICK ann", "USER ann 0 * :Ann A")
	axontest.Send(h, &c.Inbox, ":s 433 * ann :Nickname is already in use")
	said("NICK ann_")
	heard("433")
	axontest.Send(h, &c.Inbox, ":s 001 ann_ :Welcome")
	said("JOIN #a", "JOIN #b")
	heard("001")
	axontest.Send(h, &c.Inbox, "PING s.example", "nonsense: ", ":bob!b@h PRIVMSG #a :hi")
	said("PONG s.example")
	if m := heard("PRIVMSG"); m.Nick() != "bob" || m.Param(1) != "hi" || m.Param(2) != "" {
		t.Errorf("%#v", m)
	}
	axontest.Send(h, &c.Inbox, ":s 433 ann_ bob :Nickname is already in use") // later it changes nothing
	heard("433")
	axontest.Send(h, &c.Talk, irc.Message{Command: "PRIVMSG", Params: []string{"#a", "hello, bob"}})
	said("PRIVMSG #a :hello, bob")
	h.Finish()
	if rest := axontest.Rest(h, &c.Outbox); !slices.Equal(rest, []string{"QUIT"}) {
		t.Errorf("at the end it says %q", rest)
	}
}

// What the server refuses, and what must not be said, is a failure.
func TestFailures(t *testing.T) {
	g := func(lines []string, talk ...irc.Message) error {
		c := &irc.Client{Nick: "ann"}
		from := axon.Produce(func(ctx context.Context, out *axon.Outbox[string]) error {
			for _, line := range lines {
				if err := out.Send(ctx, line); err != nil {
					return err
				}
			}
			<-ctx.Done() // the server waits
			return nil
		})
		say := axon.Produce(func(ctx context.Context, out *axon.Outbox[irc.Message]) error {
			for _, m := range talk {
				if err := out.Send(ctx, m); err != nil {
					return err
				}
			}
			return nil
		})
		return (&axon.Graph{
			Parts: axon.Parts{{Name: "FROM", Component: from}, {Name: "SAY", Component: say}, {Name: "CLIENT", Component: c}},
			Links: axon.Links{axon.Link(&from.Outbox, &c.Inbox), axon.Link(&say.Outbox, &c.Talk), axon.Discard(&c.Outbox)},
		}).Run(t.Context())
	}
	if err := g([]string{":s 464 * :Password incorrect"}); !errors.Is(err, irc.ErrRefused) {
		t.Error(err)
	}
	if err := g(slices.Repeat([]string{":s 433 * ann :taken"}, 40)); !errors.Is(err, irc.ErrRefused) {
		t.Error(err)
	}
	if err := g(nil, irc.Message{Command: "PRIVMSG", Params: []string{"#a", "x\r\nQUIT"}}); !errors.Is(err, irc.ErrMessage) {
		t.Error(err)
	}
	for _, bad := range []*irc.Client{{}, {Nick: "a b"}, {Nick: "a", Channels: []string{"#a,#b"}}, {Nick: "a", Channels: []string{""}}} {
		if bad.Validate() == nil {
			t.Errorf("%q %q is said to be well", bad.Nick, bad.Channels)
		}
	}
}

func ExampleParse() {
	m, err := irc.Parse(":bob!b@example.org PRIVMSG #go :hello, all")
	fmt.Fprintln(os.Stdout, m.Nick(), m.Command, m.Param(0), m.Param(1), err)
	// Output: bob PRIVMSG #go hello, all <nil>
}

// What can be parsed can be said again, and means the same.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"PING :a b", ":s 001 a :b", "@t :a!b@c JOIN  #x ", "A ::", "A 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, line string) {
		m, err := irc.Parse(line)
		if err != nil {
			return
		}
		if err := m.Validate(); err != nil && len(m.String()) <= irc.Longest {
			t.Errorf("%q: %#v: %v", line, m, err)
		}
		again, err := irc.Parse(m.String())
		if err != nil || again.Source != m.Source || again.Command != m.Command || !slices.Equal(again.Params, m.Params) {
			t.Errorf("%q: %#v, then %#v: %v", line, m, again, err)
		}
	})
}

func ExampleClient() {
	server := ends.Data(":irc.example.org 001 scribe :Welcome", "PING :token", ":ann!a@b PRIVMSG #go :hello")
	client := &irc.Client{Nick: "scribe", Channels: []string{"#go"}}
	if err := axon.Pipeline(server, client, &console.Echoer[string]{}).Run(context.Background()); err != nil {
		fmt.Println(err)
	}
	// Output:
	// NICK scribe
	// USER scribe 0 * scribe
	// JOIN #go
	// PONG token
	// QUIT
}
