package main

import (
	"fmt"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/irc"
)

// entries says what becomes of a message: a line of the log, or nothing.
func entries(channel string) func(irc.Message) (string, bool) {
	return func(m irc.Message) (string, bool) {
		here := strings.EqualFold(m.Param(0), channel)
		switch {
		case m.Command == "PRIVMSG" && here:
			if act, ok := strings.CutPrefix(m.Param(1), "\x01ACTION "); ok {
				return fmt.Sprintf("* %s %s", m.Nick(), strings.TrimSuffix(act, "\x01")), true
			}
			return fmt.Sprintf("<%s> %s", m.Nick(), m.Param(1)), true
		case m.Command == "NOTICE" && here:
			return fmt.Sprintf("-%s- %s", m.Nick(), m.Param(1)), true
		case m.Command == "JOIN" && here:
			return fmt.Sprintf("*** %s has joined", m.Nick()), true
		case m.Command == "PART" && here, m.Command == "QUIT":
			return fmt.Sprintf("*** %s has left", m.Nick()), true
		case m.Command == "TOPIC" && here:
			return fmt.Sprintf("*** %s says the topic is: %s", m.Nick(), m.Param(1)), true
		case m.Command == "NICK":
			return fmt.Sprintf("*** %s is now %s", m.Nick(), m.Param(0)), true
		}
		return "", false
	}
}
