// Embed texts as the modules of Weaviate, a vector database written in Go, do: net/http with the environment's proxy.
package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
)

func post(url, body string, headers map[string]string) {
	request, err := http.NewRequest("POST", url, bytes.NewReader([]byte(body)))
	if err != nil {
		panic(err)
	}
	request.Header.Set("Content-Type", "application/json")
	for name, value := range headers {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		fmt.Println(url, err)
		os.Exit(1)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	fmt.Println(url, response.StatusCode, len(answer), err)
}

func main() {
	post("https://api.openai.com/v1/embeddings",
		`{"input":["a river","a bank"],"model":"text-embedding-3-small","dimensions":1536}`,
		map[string]string{"Authorization": "Bearer sk-test"})
	post("https://api.cohere.com/v2/embed",
		`{"texts":["a river","a bank"],"model":"embed-multilingual-v3.0","input_type":"search_document","embedding_types":["float"],"truncate":"END"}`,
		map[string]string{"Authorization": "Bearer co-test", "Accept": "application/json", "Request-Source": "unspecified:weaviate"})
}
