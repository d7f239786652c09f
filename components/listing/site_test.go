package listing_test

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/kamaelia-go/kamaelia/components/files"
	"github.com/kamaelia-go/kamaelia/components/http1"
	"github.com/kamaelia-go/kamaelia/components/listing"
	"github.com/kamaelia-go/kamaelia/pipelines"
)

// A site in which directories without an index file are listed.
func Example() {
	dir, err := os.MkdirTemp("", "site")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	os.MkdirAll(filepath.Join(dir, "talks"), 0o755)
	os.WriteFile(filepath.Join(dir, "index.html"), []byte("<p>Hello"), 0o644)
	notes := filepath.Join(dir, "talks", "notes 1.txt")
	os.WriteFile(notes, []byte("Axon"), 0o644)
	os.Chtimes(notes, time.Time{}, time.Date(2007, 4, 13, 9, 30, 0, 0, time.UTC))

	tree := &files.Tree{Dir: dir}
	if err := tree.Open(); err != nil {
		log.Fatal(err)
	}
	defer tree.Close()
	site := &pipelines.Site{Server: pipelines.Server{Mounts: []pipelines.Mount{{
		Path: "/", Name: "FILES",
		Handler: func() http1.HandlerPart { return &files.Reader{Tree: tree} },
		Next: &pipelines.Next{
			Name:    "LISTING",
			Handler: func() http1.HandlerPart { return &listing.Lister{Tree: tree} },
		},
	}}}}
	if err := site.Listen("127.0.0.1:0"); err != nil {
		log.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- site.Run(ctx) }()

	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for _, path := range []string{"/", "/talks/"} {
		req, _ := http.NewRequest("GET", "http://"+site.Sockets[0].Addr().String()+path, nil)
		req.Header.Set("Accept", "application/json")
		resp, err := client.Do(req)
		if err != nil {
			log.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		fmt.Printf("%s %d %s\n%s\n", path, resp.StatusCode, resp.Header.Get("Content-Type"), body)
	}
	stop()
	if err := <-ended; err != nil {
		log.Fatal(err)
	}
	// Output:
	// / 200 text/html; charset=utf-8
	// <p>Hello
	// /talks/ 200 application/json
	// {"path":"/talks/","total":1,"entries":[{"name":"notes 1.txt","href":"./notes%201.txt","type":"file","size":4,"modified":"2007-04-13T09:30:00Z"}]}
}
