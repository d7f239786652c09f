//go:build unix

package cgi_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"

	"github.com/kamaelia-go/kamaelia/components/cgi"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// A server with the programs of a directory.
func Example() {
	programs, err := os.MkdirTemp("", "kamaelia-example-")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(programs)
	const text = "#!/bin/sh\necho 'Content-Type: text/plain'\necho\necho \"Hello, $QUERY_STRING, at $PATH_INFO\"\n"
	if err := os.WriteFile(filepath.Join(programs, "hello"), []byte(text), 0o755); err != nil {
		log.Fatal(err)
	}

	dir := &cgi.Dir{Path: programs}
	if err := dir.Open(); err != nil {
		log.Fatal(err)
	}
	defer dir.Close()
	site := &pipelines.Site{Server: pipelines.Server{Mounts: []pipelines.Mount{
		{Path: "/cgi-bin", Name: "CGI", Handler: func() http1.HandlerPart { return &cgi.Handler{Dir: dir, Prefix: "/cgi-bin"} }},
	}}}
	if err := site.Listen("127.0.0.1:0"); err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- site.Run(ctx) }()

	resp, err := http.Get("http://" + site.Sockets[0].Addr().String() + "/cgi-bin/hello/there?Ada")
	if err != nil {
		log.Fatal(err)
	}
	body, _ := io.ReadAll(resp.Body)
	resp.Body.Close()
	http.DefaultClient.CloseIdleConnections()
	fmt.Print(string(body))
	stop()
	if err := <-ended; err != nil {
		log.Fatal(err)
	}
	// Output: Hello, Ada, at /there
}
