package upload_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/upload"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// A directory that is written and read: the Writer takes PUT and DELETE from the
// path, and leaves the rest of it to the Reader.
func ExampleWriter() {
	dir, err := os.MkdirTemp("", "upload")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	tree := &files.Tree{Dir: dir}
	writable := &upload.Dir{Tree: tree, Largest: 1 << 20}
	if err := tree.Open(); err != nil {
		fmt.Println(err)
		return
	}
	defer tree.Close()
	if err := writable.Open(); err != nil {
		fmt.Println(err)
		return
	}
	defer writable.Close()
	site := &pipelines.Site{Server: pipelines.Server{Mounts: []pipelines.Mount{
		{Path: "/notes", Name: "FILES", Handler: func() http1.HandlerPart {
			return &files.Reader{Tree: tree, Prefix: "/notes"}
		}},
		{Path: "/notes", Methods: []string{"PUT", "DELETE", "OPTIONS"}, Name: "UPLOAD", Handler: func() http1.HandlerPart {
			return &upload.Writer{Dir: writable, Prefix: "/notes"}
		}},
	}}}
	if err := site.Listen("127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- site.Run(ctx) }()
	ask := func(method, body string) {
		req, _ := http.NewRequest(method, "http://"+site.Sockets[0].Addr().String()+"/notes/a.txt", strings.NewReader(body))
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			fmt.Println(err)
			return
		}
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		fmt.Println(strings.Join(strings.Fields(fmt.Sprint(method, " ", resp.StatusCode, " ", resp.Header.Get("Allow"), " ", string(text))), " "))
	}
	ask("PUT", "one")
	ask("GET", "")
	ask("PUT", "two")
	ask("GET", "")
	ask("OPTIONS", "")
	ask("DELETE", "")
	ask("DELETE", "")
	http.DefaultClient.CloseIdleConnections()
	stop()
	fmt.Println(<-ended)
	// Output:
	// PUT 201
	// GET 200 one
	// PUT 204
	// GET 200 two
	// OPTIONS 204 GET, HEAD, PUT, DELETE, OPTIONS
	// DELETE 204
	// DELETE 404 Not Found
	// <nil>
}
