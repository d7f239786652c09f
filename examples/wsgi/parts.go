package main

import (
	"context"

	"github.com/kamaelia-go/kamaelia/components/http1"
)

// greet gives a customer a name.
func greet(_ context.Context, req *http1.Request) (*http1.Request, *http1.Response, error) {
	named := req.Clone()
	named.User, named.AuthType = "Ada", "Greeting"
	return named, nil, nil
}

// hello answers for all else.
func hello(_ context.Context, req *http1.Request) (*http1.Response, error) {
	return http1.Text(req, 200, "GET /shop/teapot, or /clock\n"), nil
}
