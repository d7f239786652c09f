package irc

import (
	"errors"
	"fmt"
	"strings"
)

// Longest is how many bytes a line of IRC may have, without its end (RFC 2812 section 2.3).
const Longest = 510

// mostParams is how many parameters a message may have (RFC 2812 section 2.3).
const mostParams = 15

// A Message is one line of IRC.
type Message struct {
	// Source is who said it: a server, or nick!user@host. It is "" in what a client says.
	Source string

	// Command is a word, such as PRIVMSG, or a number of three digits.
	Command string

	// Params are the parameters. Only the last one may be empty, have spaces in it or
	// begin with a colon.
	Params []string
}

// ErrMessage is part of the error for what is no message.
var ErrMessage = errors.New("irc: no message")

// Parse takes a line apart, without its end (RFC 2812 section 2.3.1). Tags of IRCv3 before
// the source are skipped.
func Parse(line string) (m Message, err error) {
	if strings.ContainsAny(line, "\r\n\x00") {
		return m, fmt.Errorf("%w: an end of a line, or a NUL, in %.80q", ErrMessage, line)
	}
	rest := line
	if strings.HasPrefix(rest, "@") {
		_, rest, _ = strings.Cut(rest, " ")
		rest = strings.TrimLeft(rest, " ")
	}
	if source, ok := strings.CutPrefix(rest, ":"); ok {
		m.Source, rest, _ = strings.Cut(source, " ")
		if m.Source == "" {
			return Message{}, fmt.Errorf("%w: no source behind the colon in %.80q", ErrMessage, line)
		}
	}
	m.Command, rest, _ = strings.Cut(strings.TrimLeft(rest, " "), " ")
	if !isCommand(m.Command) {
		return Message{}, fmt.Errorf("%w: no command in %.80q", ErrMessage, line)
	}
	for rest = strings.TrimLeft(rest, " "); rest != ""; rest = strings.TrimLeft(rest, " ") {
		last, ok := strings.CutPrefix(rest, ":")
		if ok || len(m.Params) == mostParams-1 {
			m.Params = append(m.Params, last)
			break
		}
		var param string
		param, rest, _ = strings.Cut(rest, " ")
		m.Params = append(m.Params, param)
	}
	return m, nil
}

// isCommand says whether a word is letters or three digits.
func isCommand(s string) bool {
	digits, letters := 0, 0
	for _, c := range []byte(s) {
		switch {
		case '0' <= c && c <= '9':
			digits++
		case 'a' <= c|0x20 && c|0x20 <= 'z':
			letters++
		default:
			return false
		}
	}
	return letters > 0 && digits == 0 || letters == 0 && digits == 3
}

// Validate reports what makes a message unfit to be said.
func (m Message) Validate() error {
	bad := func(why string) error { return fmt.Errorf("%w: %s: %.80q", ErrMessage, why, m.String()) }
	switch {
	case !isCommand(m.Command):
		return bad("no command")
	case len(m.Params) > mostParams:
		return bad("too many parameters")
	case strings.ContainsAny(m.String(), "\r\n\x00"):
		return bad("an end of a line, or a NUL")
	case strings.ContainsAny(m.Source, " "):
		return bad("a space in the source")
	case len(m.String()) > Longest:
		return bad("too long")
	}
	for _, p := range m.Params[:max(len(m.Params)-1, 0)] {
		if p == "" || strings.Contains(p, " ") || strings.HasPrefix(p, ":") {
			return bad("a parameter before the last one that is empty, has a space or begins with a colon")
		}
	}
	return nil
}

// String returns the message as a line, without its end.
func (m Message) String() string {
	var b strings.Builder
	if m.Source != "" {
		b.WriteString(":" + m.Source + " ")
	}
	b.WriteString(m.Command)
	for i, p := range m.Params {
		b.WriteByte(' ')
		if i == len(m.Params)-1 && (p == "" || strings.Contains(p, " ") || strings.HasPrefix(p, ":")) {
			b.WriteByte(':')
		}
		b.WriteString(p)
	}
	return b.String()
}

// Nick returns the nickname of the source, or the name of the server.
func (m Message) Nick() string {
	nick, _, _ := strings.Cut(m.Source, "!")
	return nick
}

// Param returns a parameter by its place from 0, or "".
func (m Message) Param(i int) string {
	if i >= len(m.Params) {
		return ""
	}
	return m.Params[i]
}
