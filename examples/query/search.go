package main

import (
	"context"
	"errors"
	"io"
	"strings"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

const rivers = "Danube\nRhine\nSeine\nThames\nTiber\nTigris and Euphrates\n"

// search answers with the lines in which the request's content is found.
func search(_ context.Context, req *http1.Request) (*http1.Response, error) {
	if req.Body == nil {
		return nil, &http1.Failure{Status: 400, Cause: errors.New("search for what?")}
	}
	what, err := io.ReadAll(io.LimitReader(req.Body, 1000))
	found := ""
	for line := range strings.Lines(rivers) {
		if strings.Contains(line, string(what)) {
			found += line
		}
	}
	return http1.Text(req, 200, found), err
}
