package webdav_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/upload"
	"github.com/kamaelia-go/kamaelia/components/webdav"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// A directory is shared: the Handler takes WebDAV's methods from the path, and
// leaves GET and HEAD to the Reader.
func ExampleHandler() {
	dir, err := os.MkdirTemp("", "webdav")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	tree := &files.Tree{Dir: dir}
	share := &webdav.Share{Dir: &upload.Dir{Tree: tree}}
	for _, open := range []func() error{tree.Open, share.Dir.Open} {
		if err := open(); err != nil {
			fmt.Println(err)
			return
		}
	}
	defer tree.Close()
	defer share.Dir.Close()
	site := &pipelines.Site{Server: pipelines.Server{Mounts: []pipelines.Mount{
		{Path: "/dav", Name: "FILES", Handler: func() http1.HandlerPart {
			return &files.Reader{Tree: tree, Prefix: "/dav"}
		}},
		{Path: "/dav", Methods: webdav.Methods(), Name: "WEBDAV", Handler: func() http1.HandlerPart {
			return &webdav.Handler{Share: share, Prefix: "/dav"}
		}},
	}}}
	if err := site.Listen("127.0.0.1:0"); err != nil {
		fmt.Println(err)
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- site.Run(ctx) }()
	ask := func(method, path, body string) {
		req, _ := http.NewRequest(method, "http://"+site.Sockets[0].Addr().String()+"/dav"+path, strings.NewReader(body))
		req.Header.Set("Destination", "/dav/notes/b.txt")
		req.Header.Set("Depth", "0")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			fmt.Println(err)
			return
		}
		resp.Body.Close()
		fmt.Println(method, path, resp.StatusCode)
	}
	ask("MKCOL", "/notes", "")
	ask("PUT", "/notes/a.txt", "one")
	ask("PROPFIND", "/notes/a.txt", "")
	ask("MOVE", "/notes/a.txt", "")
	ask("GET", "/notes/b.txt", "")
	ask("DELETE", "/notes", "")
	http.DefaultClient.CloseIdleConnections()
	stop()
	fmt.Println(<-ended)
	// Output:
	// MKCOL /notes 201
	// PUT /notes/a.txt 201
	// PROPFIND /notes/a.txt 207
	// MOVE /notes/a.txt 201
	// GET /notes/b.txt 200
	// DELETE /notes 204
	// <nil>
}
