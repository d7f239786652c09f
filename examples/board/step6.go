package main

import (
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/chassis"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

// step6 hangs up on people who say nothing for ten minutes: a chassis around the session.
func (b *Board) step6(peer *sockets.Peer) (axon.Component, error) {
	session, err := b.step5(peer)
	if err != nil {
		return nil, err
	}
	return chassis.NoActivity(session, 10*time.Minute), nil
}
