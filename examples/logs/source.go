package main

import (
	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/flow"
	"github.com/kamaelia-go/kamaelia/components/lines"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

// source reads the lines of one server.
func source(address string) axon.Component {
	named := flow.Transform(func(line string) string { return address + " " + line })
	client := sockets.TCPClient(sockets.Target{Address: address})
	return axon.Pipeline(client, &lines.LineSplit{}, named, &lines.LineJoin{})
}
