package http1

import "testing"

func TestRequest_Redirect(t *testing.T) {
	req := &Request{
		Method: "POST", Host: "example.org", Path: "/a", Query: "q", Body: NewBody(1), ContentLength: 1,
		Header: Header{{"Content-Type", "text/plain"}, {"Accept", "a/b"}, {"If-None-Match", "*"}},
	}
	to, err := req.Redirect("/b%20c")
	if err != nil {
		t.Fatal(err)
	}
	if to.Method != "GET" || to.Path != "/b c" || to.Query != "" || to.Host != "example.org" || to.Body != nil || to.ContentLength != 0 || to.Redirects() != 1 {
		t.Errorf("%+v", to)
	}
	if len(to.Header) != 1 || to.Header[0].Name != "Accept" || to.Origin() != req || len(req.Header) != 3 || req.Redirects() != 0 {
		t.Errorf("%v of %v", to.Header, req.Header)
	}
	req.Method = "HEAD"
	if to, err = req.Redirect("/b?c"); err != nil || to.Method != "HEAD" || to.Query != "c" {
		t.Errorf("%+v %v", to, err)
	}
	if _, err := req.Redirect("/a b"); err == nil {
		t.Error("a target that is none is one")
	}
}
