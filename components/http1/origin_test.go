package http1

import (
	"context"
	"errors"
	"testing"
)

func TestRequest_Origin(t *testing.T) {
	req := &Request{Path: "/", Header: Header{{"A", "1"}}}
	one := req.Clone()
	two := one.Clone()
	for _, r := range []*Request{req, one, two} {
		if r.Origin() != req {
			t.Errorf("%+v", r)
		}
	}
	if apart := two.Apart(); apart.Origin() != apart {
		t.Error("what is apart has an origin")
	}
}

// What is apart shares nothing that ends or is sent.
func TestRequest_Apart(t *testing.T) {
	conn := &Conn{TLS: true}
	flight := new(Flight)
	req := &Request{Method: "GET", Path: "/", Header: Header{{"A", "1"}}, Body: NewBody(0), ContentLength: 3, Conn: conn}
	if err := flight.add(context.Background(), req, 4); err != nil {
		t.Fatal(err)
	}
	apart := req.Apart()
	apart.Header.Set("A", "2")
	if req.Header.Get("A") != "1" || apart.Body != nil || apart.ContentLength != 0 || !apart.Conn.TLS {
		t.Errorf("%+v of %+v", apart, req)
	}
	if first, _ := flight.answer(Text(apart, 200, "")); first {
		t.Error("its answer counts")
	}
	if first, _ := flight.answer(Text(req.Clone(), 200, "")); !first {
		t.Error("that of a clone does not count")
	}
	conn.End(errors.New("gone"))
	if req.Context().Err() == nil || apart.Context().Err() != nil {
		t.Error("the wrong context has ended")
	}
	if (&Request{}).Apart().Context().Err() != nil {
		t.Error("without a connection")
	}
}
