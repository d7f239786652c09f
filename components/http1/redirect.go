package http1

// Redirect returns the request that is to be answered in this one's place by
// another resource of the same site: GET, or HEAD as it was, without a body and
// what tells of one. The answer to it is the answer to this one, whose Body the
// caller closes. target has the form of a path with a query. The error is a
// *Failure.
func (r *Request) Redirect(target string) (*Request, error) {
	c := r.Clone()
	if c.Method != "HEAD" {
		c.Method = "GET"
	}
	c.Body, c.ContentLength, c.expect100 = nil, 0, false
	for _, name := range []string{
		"Content-Length", "Content-Type", "Content-Encoding", "Content-Range", "Transfer-Encoding", "Expect",
		"If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range", "Range",
	} {
		c.Header.Del(name)
	}
	c.redirects++
	host := c.Host
	c.Path, c.RawPath, c.Query = "", "", ""
	if err := c.SetTarget(target); err != nil {
		return nil, err
	}
	c.Host = host
	return c, nil
}

// Redirects returns how often the request was led on by Redirect.
func (r *Request) Redirects() int { return r.redirects }
