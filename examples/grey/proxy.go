package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
)

// Proxy passes commands on to a mail server and replies back to its client (RFC 5321), but
// for recipients whom the Greylist lets wait.
//
//	 string ──▶ [ Proxy ] ──▶ string    lines of the client, and to it
//	replies ──▶           ── forward ─▶ string
//	                      ── seen ────▶ Record
//
// It ends with its client, or with the server.
type Proxy struct {
	axon.Base

	// Network is where the client is.
	Network string

	// List says who has to wait.
	List *Greylist

	Inbox   axon.Inbox[string]  // what the client says
	Outbox  axon.Outbox[string] // what it is told
	Forward axon.Outbox[string] // commands and mail for the server
	Replies axon.Inbox[string]  `axon:"size=64"` // what that says
	Seen    axon.Outbox[Record] // who was let in, to be remembered

	sender  string
	trusted bool // the client has logged in
}

var _ axon.Component = (*Proxy)(nil)

// errGone says that the server has.
var errGone = errors.New("grey: the server has gone")

// Main implements axon.Component.
func (p *Proxy) Main(ctx context.Context) error {
	err := p.serve(ctx)
	if errors.Is(err, errGone) {
		return p.Outbox.Send(ctx, "421 4.4.2 The mail server can not be reached")
	}
	return err
}

func (p *Proxy) serve(ctx context.Context) error {
	if code, err := p.relay(ctx); err != nil || code != "220" {
		return err
	}
	for line := range p.Inbox.All(ctx) {
		verb, about, _ := strings.Cut(line, " ")
		var err error
		switch verb = strings.ToUpper(verb); verb {
		case "STARTTLS", "BDAT": // we would not understand what follows
			err = p.Outbox.Send(ctx, "502 5.5.1 Command not implemented")
		case "RCPT":
			err = p.recipient(ctx, line, about)
		case "MAIL":
			p.sender = address(about)
			_, err = p.pass(ctx, line)
		case "DATA":
			err = p.data(ctx, line)
		case "AUTH":
			err = p.login(ctx, line)
		default:
			_, err = p.pass(ctx, line)
		}
		if err != nil || verb == "QUIT" {
			return err
		}
	}
	return nil
}

// recipient passes a recipient on, or lets the client wait.
func (p *Proxy) recipient(ctx context.Context, line, about string) error {
	if !p.trusted {
		wait, record := p.List.Ask(Triplet{p.Network, p.sender, address(about)}, time.Now())
		if wait > 0 {
			return p.Outbox.Send(ctx, fmt.Sprintf("451 4.7.1 Greylisted, please come again in %v", wait.Round(time.Second)))
		}
		if record != nil {
			if err := p.Seen.Send(ctx, *record); err != nil {
				return err
			}
		}
	}
	_, err := p.pass(ctx, line)
	return err
}

// data passes a mail on, line by line, up to the one that is a dot.
func (p *Proxy) data(ctx context.Context, line string) error {
	if code, err := p.pass(ctx, line); err != nil || code != "354" {
		return err
	}
	for {
		line, err := p.Inbox.Recv(ctx)
		if err != nil {
			return err // and the server hears no end of the mail
		}
		if err := p.forward(ctx, line); err != nil {
			return err
		}
		if line == "." {
			_, err := p.relay(ctx)
			return err
		}
	}
}

// login passes a login on, with all that the server asks back (RFC 4954).
func (p *Proxy) login(ctx context.Context, line string) error {
	for {
		code, err := p.pass(ctx, line)
		if err != nil || code != "334" {
			p.trusted = p.trusted || code == "235"
			return err
		}
		if line, err = p.Inbox.Recv(ctx); err != nil {
			return err
		}
	}
}

// pass passes a command on, and the reply back.
func (p *Proxy) pass(ctx context.Context, line string) (code string, err error) {
	if err := p.forward(ctx, line); err != nil {
		return "", err
	}
	return p.relay(ctx)
}

func (p *Proxy) forward(ctx context.Context, line string) error {
	err := p.Forward.Send(ctx, line)
	if errors.Is(err, axon.ErrGone) {
		return errGone
	}
	return err
}

// relay passes a reply back, and returns its code. Of the extensions that it names, those
// are left out that a Proxy would not understand.
func (p *Proxy) relay(ctx context.Context) (code string, err error) {
	held := ""
	for {
		line, err := p.Replies.Recv(ctx)
		switch {
		case errors.Is(err, axon.ErrFinished), err == nil && len(line) < 3:
			return "", errGone
		case err != nil:
			return "", err
		}
		last := len(line) == 3 || line[3] != '-'
		if code = line[:3]; !hides(line) {
			if held != "" {
				if err := p.Outbox.Send(ctx, held); err != nil {
					return "", err
				}
			}
			held = line
		}
		if last {
			if held == "" {
				return "", errGone
			}
			return code, p.Outbox.Send(ctx, held[:3]+" "+held[min(4, len(held)):])
		}
	}
}

// hides says whether a line of a reply names an extension that is left out.
func hides(line string) bool {
	word, _, _ := strings.Cut(line[min(4, len(line)):], " ")
	switch strings.ToUpper(word) {
	case "STARTTLS", "CHUNKING", "BINARYMIME":
		return strings.HasPrefix(line, "250")
	}
	return false
}

// address finds the address in the rest of a MAIL or RCPT.
func address(about string) string {
	_, rest, _ := strings.Cut(about, "<")
	found, _, _ := strings.Cut(rest, ">")
	return strings.ToLower(found)
}
