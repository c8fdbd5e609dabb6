/* What the host of doc/quick-guide.md has in C++. */
static int pool; /* counts what is taken */

/* Hooks and log belong to the thread of the context, which is the one that runs main(). */
static const std::thread::id home = std::this_thread::get_id();

static void assert_home(const char *who) {
    if (std::this_thread::get_id() == home)
        return;
    std::fprintf(stderr, "%s was called by another thread than the context's\n", who);
    std::abort();
}

static void *my_allocate(void *user, size_t bytes, size_t alignment) {
    assert_home("allocate");
    ++*static_cast<int *>(user);
    return std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void my_release(void *user, void *memory) {
    assert_home("release");
    --*static_cast<int *>(user);
    std::free(memory);
}

static void my_log(void *, snnd_log_level, const char *message) {
    assert_home("log");
    std::fprintf(stderr, "%s\n", message);
}

static const std::vector<std::vector<float>> inputs(3, std::vector<float>(20 * 40, 1));

/* The class of the highest score after all frames; -1: a frame was not taken. */
static int listen(snnd_stream *stream, const std::vector<float> &input) {
    float scores[20];
    for (size_t place = 0; place < input.size(); place += 40)
        if (snnd_stream_push(stream, &input[place], nullptr, scores) != SNND_OK)
            return -1;
    int best = 0;
    for (int c = 1; c < 20; c++)
        best = scores[c] > scores[best] ? c : best;
    return best;
}

static std::string bytes_of(const char *path) {
    std::ifstream file(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
}

static std::string sent_bytes;

static void send(const void *data, size_t bytes) {
    sent_bytes.append(static_cast<const char *>(data), bytes);
}
