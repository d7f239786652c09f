package irc

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Client is the client's side of a conversation with a server: Kamaelia's IRC_Client. It
// logs in, joins channels, and answers the server's pings.
//
//	string ──▶ [ Client ] ──▶ string       lines of the server, and to it
//	   talk ──▶          ── heard ─▶ Message
//
// Put a sockets.TCPClient with a lines.LineSplit and a lines.LineJoin around it. It ends with
// its input, and says QUIT then. A line that is no message is left out.
type Client struct {
	axon.Base

	// Nick is the nickname. While somebody else has it, an underscore is put behind.
	Nick string

	// User and Name are the account's name and the real one; "" means Nick.
	User, Name string

	// Password is that of the server; "" means none.
	Password string

	// Channels are joined when the server has let it in.
	Channels []string

	Inbox  axon.Inbox[string]   `axon:"size=64"` // lines of the server, without their ends
	Outbox axon.Outbox[string]  // lines for it
	Talk   axon.Inbox[Message]  `axon:"optional"` // what to say
	Heard  axon.Outbox[Message] `axon:"optional"` // all that the server says, but pings

	nick string // what it is called now
	in   bool   // the server has let it in
}

var _ axon.Component = (*Client)(nil)

// ErrRefused is part of the failure of a Client that the server does not let in.
var ErrRefused = errors.New("irc: the server does not let us in")

// longestNick is how long a nickname grows before the Client gives up.
const longestNick = 30

// Validate implements axon.Validator.
func (c *Client) Validate() error {
	if c.Nick == "" || strings.ContainsAny(c.Nick, " :!@") {
		return fmt.Errorf("irc: Nick is %q, want a name", c.Nick)
	}
	for _, channel := range c.Channels {
		if channel == "" || strings.ContainsAny(channel, " ,\a") {
			return fmt.Errorf("irc: there can be no channel %q", channel)
		}
	}
	return nil
}

// Main implements axon.Component.
func (c *Client) Main(ctx context.Context) error {
	c.nick, c.in = c.Nick, false
	if err := c.login(ctx); err != nil {
		return err
	}
	talk := c.Talk.C()
	if !c.Talk.Linked() {
		talk = nil
	}
	for {
		var err error
		select {
		case line, open := <-c.Inbox.C():
			if ctx.Err() != nil {
				return nil
			}
			if !open {
				_ = c.say(ctx, "QUIT") // whoever has hung up does not hear it
				return nil
			}
			err = c.hear(ctx, line)
		case m, open := <-talk:
			if !open {
				talk = nil
				continue
			}
			err = c.say(ctx, m.Command, m.Params...)
		case <-ctx.Done():
			return nil
		}
		if err != nil {
			return err
		}
	}
}

// login says who we are (RFC 2812 section 3.1).
func (c *Client) login(ctx context.Context) error {
	if c.Password != "" {
		if err := c.say(ctx, "PASS", c.Password); err != nil {
			return err
		}
	}
	if err := c.say(ctx, "NICK", c.nick); err != nil {
		return err
	}
	user, name := c.User, c.Name
	if user == "" {
		user = c.Nick
	}
	if name == "" {
		name = c.Nick
	}
	return c.say(ctx, "USER", user, "0", "*", name)
}

func (c *Client) say(ctx context.Context, command string, params ...string) error {
	m := Message{Command: command, Params: params}
	if err := m.Validate(); err != nil {
		return err
	}
	return c.Outbox.Send(ctx, m.String())
}

// hear deals with a line of the server.
func (c *Client) hear(ctx context.Context, line string) error {
	m, err := Parse(line)
	if err != nil {
		return nil
	}
	switch m.Command {
	case "PING":
		return c.say(ctx, "PONG", m.Params...)
	case "001": // RPL_WELCOME
		c.in = true
		for _, channel := range c.Channels {
			if err := c.say(ctx, "JOIN", channel); err != nil {
				return err
			}
		}
	case "433", "436", "437": // the nickname is taken, or was a moment ago
		if c.in {
			break
		}
		if c.nick += "_"; len(c.nick) > longestNick {
			return fmt.Errorf("%w: %s", ErrRefused, m)
		}
		if err := c.say(ctx, "NICK", c.nick); err != nil {
			return err
		}
	case "432", "464", "465": // a bad nickname, a bad password, banned
		if !c.in {
			return fmt.Errorf("%w: %s", ErrRefused, m)
		}
	}
	return c.Heard.Send(ctx, m)
}
