package main

import (
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
	"github.com/kamaelia-go/kamaelia/components/sockets"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestStop(t *testing.T) {
	server, err := sockets.NewServer(sockets.Server{Address: "127.0.0.1:0", Protocol: newSession})
	if err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- axon.Pipeline(server).Run(t.Context()) }()
	var conns [2]net.Conn
	for i := range conns {
		if conns[i], err = net.Dial("tcp", server.Addr().String()); err != nil {
			t.Fatal(err)
		}
		defer conns[i].Close()
	}
	fmt.Fprint(conns[1], "start\n") // so that it is accepted before the server ends
	said := make([]byte, len("start? I know stop\n"))
	if _, err := io.ReadFull(conns[1], said); err != nil || string(said) != "start? I know stop\n" {
		t.Errorf("got %q, %v", said, err)
	}
	fmt.Fprint(conns[0], "start\nstop\n")
	if got, err := io.ReadAll(conns[0]); err != nil || string(got) != "start? I know stop\nbye\n" {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := io.ReadAll(conns[1]); err != nil || len(got) != 0 { // the bystander's connection ends, too
		t.Errorf("got %q, %v", got, err)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestConform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &Commands{} }, axontest.Feed("inbox", "x"))
}
