package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path"

	"github.com/kamaelia-go/kamaelia/axon"
	"github.com/kamaelia-go/kamaelia/components/httpclient"
)

// Save writes each response into a file, named after the last part of its URL.
//
//	httpclient.Response ──▶ [ Save ] ──▶ string
//
// A file that is there already is kept. It ends with its input.
type Save struct {
	axon.Base

	// Dir is where the files go, and nowhere else.
	Dir *os.Root

	Inbox  axon.Inbox[httpclient.Response] // what was fetched
	Outbox axon.Outbox[string]             // what became of it
}

var _ axon.Component = (*Save)(nil)

// Main implements axon.Component.
func (s *Save) Main(ctx context.Context) error {
	for resp := range s.Inbox.All(ctx) {
		if err := s.Outbox.Send(ctx, s.save(resp)); err != nil {
			return err
		}
	}
	return nil
}

func (s *Save) save(resp httpclient.Response) string {
	if resp.Status != 200 {
		return fmt.Sprintf("%s: status %d", resp.Request.URL, resp.Status)
	}
	name := fileName(resp.Request.URL)
	f, err := s.Dir.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err == nil {
		_, err = f.Write(resp.Body)
		err = errors.Join(err, f.Close())
	}
	switch {
	case errors.Is(err, fs.ErrExist):
		return fmt.Sprintf("%s/%s: there already", s.Dir.Name(), name)
	case err != nil:
		return err.Error()
	}
	return fmt.Sprintf("%s/%s: %d bytes", s.Dir.Name(), name, len(resp.Body))
}

// fileName is the last part of a URL's path.
func fileName(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return "index.html"
	}
	switch name := path.Base(u.Path); name {
	case ".", "/", "..":
		return "index.html"
	default:
		return name
	}
}
