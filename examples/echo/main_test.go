package main

import (
	"bytes"
	"io"
	"net"
	"testing"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/axon/axontest"
)

func TestMain(m *testing.M) { axontest.Main(m) }

func TestEcho(t *testing.T) {
	server, err := newServer("127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var sys axon.System
	defer sys.Close()
	if _, err := sys.Start(t.Context(), axon.Pipeline(server)); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("tcp", server.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	sent := bytes.Repeat([]byte("hello "), 100_000)
	go func() {
		_, _ = conn.Write(sent)
		_ = conn.(*net.TCPConn).CloseWrite()
	}()
	if got, err := io.ReadAll(conn); err != nil || !bytes.Equal(got, sent) {
		t.Errorf("%d bytes came back: %v", len(got), err)
	}
}

func TestConform(t *testing.T) {
	axontest.Conform(t, func() axon.Component { return &Echo{} })
}
