package main

import (
	"context"
	"encoding/binary"
	"io"
	"time"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/bridge"
	"github.com/kamaelia-go/kamaelia/components/broken"
	"github.com/kamaelia-go/kamaelia/components/chassis"
	"github.com/kamaelia-go/kamaelia/components/flow"
	"github.com/kamaelia-go/kamaelia/components/order"
	"github.com/kamaelia-go/kamaelia/components/rate"
	"github.com/kamaelia-go/kamaelia/components/udp"
)

type packet = order.Numbered[[]byte]

func pack(p packet) []byte { return append(binary.BigEndian.AppendUint64(nil, p.Number), p.Value...) }

func unpack(d udp.Datagram) (packet, bool) {
	if len(d.Data) < 8 {
		return packet{}, false
	}
	return packet{Number: binary.BigEndian.Uint64(d.Data), Value: d.Data[8:]}, true
}

// transfer sends what it reads over the link, and writes what arrives. Silence says how
// long nothing comes before it takes the transfer for done.
func transfer(ctx context.Context, from io.Reader, link *broken.Network[[]byte], to io.Writer, silence time.Duration) (sent, came int, err error) {
	in, err := udp.SimplePeer(udp.Options{Local: "127.0.0.1:0"})
	if err != nil {
		return 0, 0, err
	}
	out, err := udp.SimplePeer(udp.Options{Local: "127.0.0.1:0", Remote: in.Addr().String()})
	if err != nil {
		in.Close()
		return 0, 0, err
	}
	write := axon.Consume(func(ctx context.Context, in *axon.Inbox[packet]) error {
		for p := range in.All(ctx) {
			came++
			if _, err := to.Write(p.Value); err != nil {
				return err
			}
		}
		return nil
	})
	packed := flow.Transform(func(p packet) []byte { sent++; return pack(p) })
	sender := axon.Pipeline(&bridge.FromReader{From: from, Size: 1000}, &order.TagWithSequenceNumber[[]byte]{}, packed,
		link, &rate.Limit[[]byte]{PerSecond: 500, Burst: 8}, out) // the kernel holds some hundred at most
	receiver := axon.Pipeline(chassis.NoActivity(in, silence), &flow.PureTransformer[udp.Datagram, packet]{Do: unpack},
		&order.RecoverOrder[[]byte]{}, write)
	g := &axon.Graph{Name: "lossy", Parts: axon.Parts{{Name: "SENDER", Component: sender}, {Name: "RECEIVER", Component: receiver}}}
	err = g.Run(ctx)
	return sent, came, err
}
