package main

import (
	"context"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

// step1 is an echo: something that listens, and a component for each connection.
func step1(*sockets.Peer) (axon.Component, error) {
	return axon.Func(func(ctx context.Context, in *axon.Inbox[[]byte], out *axon.Outbox[[]byte]) error {
		for b := range in.All(ctx) {
			if err := out.Send(ctx, b); err != nil {
				return err
			}
		}
		return nil
	}), nil
}
