package main

import (
	"context"
	"errors"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/chassis"
	"github.com/kamaelia-go/kamaelia/components/jsonlines"
	"github.com/kamaelia-go/kamaelia/components/lines"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

// session is the graph of one connection.
type session struct {
	axon.Graph
	Inbox  axon.Inbox[[]byte]  // what the client sends
	Outbox axon.Outbox[[]byte] // what is sent to it
}

// newSession wires a Proxy between a client and a connection of its own to the server. Who
// says nothing for five minutes (RFC 5321 section 4.5.3.2.7) is hung up on.
func newSession(peer *sockets.Peer, server string, list *Greylist, keep *axon.Inbox[[]byte]) axon.Component {
	s := &session{}
	strict, split, join := axon.Func(strictLines), &lines.LineSplit{}, &lines.LineJoin{End: "\r\n"}
	proxy := &Proxy{Network: network(peer.Remote), List: list}
	out, client, in := &lines.LineJoin{End: "\r\n"}, sockets.TCPClient(sockets.Target{Address: server}), &lines.LineSplit{}
	encode, line := &jsonlines.Encoder[Record]{}, &lines.LineJoin{}
	s.Name = "session"
	s.Parts = axon.Parts{
		{Name: "STRICT", Component: strict},
		{Name: "SPLIT", Component: split},
		{Name: "PROXY", Component: proxy},
		{Name: "JOIN", Component: join},
		{Name: "OUT", Component: out},
		{Name: "TCPCLIENT", Component: client, Policy: axon.Policy{Then: axon.StopPart}}, // the Proxy tells
		{Name: "IN", Component: in},
		{Name: "ENCODE", Component: encode, Lazy: true},
		{Name: "LINE", Component: line, Lazy: true},
	}
	s.Links = axon.Links{
		axon.ExposeIn(&s.Inbox, &strict.Inbox),
		axon.Link(&strict.Outbox, &split.Inbox),
		axon.Link(&split.Outbox, &proxy.Inbox),
		axon.Link(&proxy.Forward, &out.Inbox),
		axon.Link(&out.Outbox, &client.Inbox),
		axon.Link(&client.Outbox, &in.Inbox),
		axon.Link(&in.Outbox, &proxy.Replies),
		axon.Link(&proxy.Seen, &encode.Inbox),
		axon.Link(&encode.Outbox, &line.Inbox),
		axon.Link(&line.Outbox, keep),
		axon.Link(&proxy.Outbox, &join.Inbox),
		axon.ExposeOut(&join.Outbox, &s.Outbox),
	}
	return chassis.NoActivity(s, 5*time.Minute)
}

var errBareLF = errors.New("a line ends with LF alone")

// strictLines passes bytes on whose lines end with CR LF, and fails at others. A mail must
// not end in one place for us and in another one for the server before us (RFC 5321 section
// 4.1.1.4).
func strictLines(ctx context.Context, in *axon.Inbox[[]byte], out *axon.Outbox[[]byte]) error {
	last := byte(0)
	for b := range in.All(ctx) {
		for _, c := range b {
			if c == '\n' && last != '\r' {
				return errBareLF
			}
			last = c
		}
		if err := out.Send(ctx, b); err != nil {
			return err
		}
	}
	return nil
}
