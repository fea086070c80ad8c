"""Adapters against PyTorch, transformers and PEFT: files both ways, and the same training.

    python tests/python/adapters.py [--bin target/release] [METHOD | MIX ...]

For each method: an adapter that `tinyai run --adapters` has trained gives the same logits in PEFT; one that PEFT has trained gives the
same logits here; and twenty steps of AdamW from the same start on the same batches give the same losses and end at the same weights.
For each mix: what `tinyai adapter mix` makes of two adapters gives the logits of what PEFT makes of them, here and in PEFT.
Needs torch, transformers, peft and safetensors; without them it says so and ends well. Prints a line for each check.
"""

import argparse
import copy
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile
import warnings

try:
    import torch
    import transformers
    from peft import AdaLoraConfig, IA3Config, LoraConfig, PeftModel, PrefixTuningConfig, PromptTuningConfig, get_peft_model
    from safetensors.torch import load_file, save_file
except ImportError as error:
    print(f"skipped: {error.name} is not installed (pip install torch transformers peft safetensors)")
    sys.exit(0)

ROOT = pathlib.Path(__file__).resolve().parents[2]
SHIPPED = ROOT / "www/public/models/shakespeare-plays"
ALL = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
LOGITS, LOSSES = 1e-4, 1e-3
STEPS = 20


def lora(**settings):
    return LoraConfig(**{"task_type": "CAUSAL_LM", "r": 4, "lora_alpha": 8, "target_modules": ["q_proj", "v_proj"], **settings})


# The method's settings in a spec, where the form has it, and in PEFT.
METHODS = {
    "lora": ({"method": "lora", "lora": {"rank": 4, "alpha": 8, "target_modules": ["q_proj", "v_proj"]}}, lora()),
    "lora-gaussian": ({"method": "lora", "lora": {"rank": 4, "init": "gaussian"}}, lora(init_lora_weights="gaussian")),
    "rslora": (
        {"method": "lora", "lora": {"rank": 4, "alpha": 3, "scaling": "rank_stabilised"}},
        lora(use_rslora=True, lora_alpha=3, target_modules=ALL),
    ),
    "dora": ({"method": "dora", "lora": {"rank": 4, "alpha": 8}}, lora(use_dora=True, target_modules=ALL)),
    "lora-all-linear": ({"method": "lora", "lora": {"rank": 4, "target_modules": ALL}}, lora(target_modules="all-linear")),
    "lora-patterns": (
        {
            "method": "lora",
            "lora": {"rank": 4, "rank_pattern": {"layers.1.self_attn.q_proj": 2, "down_proj": 6}, "alpha_pattern": {"v_proj": 3}},
        },
        lora(target_modules=ALL, rank_pattern={"^model.layers.1.self_attn.q_proj": 2, "down_proj": 6}, alpha_pattern={"v_proj": 3}),
    ),
    "lora-layers": ({"method": "lora", "lora": {"rank": 4, "layers": [1]}}, lora(layers_to_transform=[1])),
    "lora-bias-all": ({"method": "lora", "lora": {"rank": 4, "bias": "all"}}, lora(bias="all")),
    "lora-bias-lora-only": ({"method": "lora", "lora": {"rank": 4, "bias": "lora_only", "target_modules": ["q_proj"]}}, lora(bias="lora_only")),
    "lora-embedding-head": (
        {"method": "lora", "lora": {"rank": 4, "target_modules": ["q_proj", "embed_tokens", "lm_head"]}},
        lora(target_modules=["q_proj", "embed_tokens", "lm_head"]),
    ),
    "lora-orthogonal": ({"method": "lora", "lora": {"rank": 4, "init": "orthogonal"}}, lora(init_lora_weights="orthogonal")),
    "pissa": ({"method": "lora", "lora": {"rank": 4, "init": "pissa"}}, lora(init_lora_weights="pissa")),
    "olora": ({"method": "lora", "lora": {"rank": 4, "init": "olora"}}, lora(init_lora_weights="olora")),
    "adalora": (
        {"method": "adalora", "adalora": {"initial_rank": 6, "target_rank": 3, "first_steps": 1, "last_steps": 1, "interval": 1}},
        AdaLoraConfig(
            task_type="CAUSAL_LM", init_r=6, target_r=3, tinit=4, tfinal=6, deltaT=2, total_step=STEPS, lora_alpha=8, target_modules=ALL
        ),
    ),
    "ia3": (
        {"method": "ia3"},
        IA3Config(task_type="CAUSAL_LM", target_modules=["k_proj", "v_proj", "down_proj"], feedforward_modules=["down_proj"]),
    ),
    "prompt-tuning": (
        {"method": "prompt_tuning", "prompt": {"virtual_tokens": 5}},
        PromptTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=5),
    ),
    "prefix-tuning": (
        {"method": "prefix_tuning", "prompt": {"virtual_tokens": 4}},
        PrefixTuningConfig(task_type="CAUSAL_LM", num_virtual_tokens=4),
    ),
    "prefix-network": ({"method": "prefix_tuning", "prompt": {"virtual_tokens": 4, "reparametrised": True, "hidden": 24}}, None),
}

# How two adapters are mixed, of which rank, and their settings in PEFT; where PEFT does not mix what is here, both are active at once.
MIXES = {
    "mix-linear": ("linear", None, lora(), lora(lora_alpha=3, target_modules=["q_proj", "k_proj"])),
    "mix-linear-embedding": ("linear", None, lora(target_modules=["q_proj", "embed_tokens"]), lora(target_modules=["lm_head", "embed_tokens"])),
    "mix-cat": ("cat", None, lora(), lora(r=6, target_modules=ALL)),
    "mix-cat-patterns": ("cat", None, lora(rank_pattern={"q_proj": 2}, alpha_pattern={"v_proj": 3}), lora(rank_pattern={"v_proj": 6})),
    "mix-cat-embedding": ("cat", None, lora(target_modules=["q_proj", "embed_tokens"]), lora(r=2, target_modules=["lm_head", "embed_tokens"])),
    "mix-svd": ("svd", None, lora(), lora(r=6, target_modules=ALL)),
    "mix-svd-rank": ("svd", 3, lora(target_modules=ALL), lora(r=6, target_modules="all-linear", exclude_modules=["lm_head"])),
    "mix-svd-embedding": ("svd", 5, lora(target_modules=["q_proj", "embed_tokens"]), lora(target_modules=["lm_head", "embed_tokens"])),
    "mix-rslora": ("cat", "together", lora(use_rslora=True, lora_alpha=3), lora(r=6, use_rslora=True, target_modules=ALL)),
    "mix-layers": ("svd", "together", lora(layers_to_transform=[0]), lora(layers_to_transform=[1], target_modules=["q_proj", "k_proj"])),
}


class Bench:
    """A folder with a small base of random weights, and the programs."""

    def __init__(self, folder, programs):
        self.folder, self.programs, self.failed = folder, programs, 0
        self.base = folder / "base"
        vocab_size = json.loads((SHIPPED / "config.json").read_text())["vocab_size"]
        torch.manual_seed(1)
        config = transformers.LlamaConfig(
            vocab_size=vocab_size, hidden_size=32, intermediate_size=56, num_hidden_layers=2, num_attention_heads=4, num_key_value_heads=2,
            max_position_embeddings=96, attention_bias=True, tie_word_embeddings=False, bos_token_id=None, eos_token_id=0, initializer_range=0.2,
        )
        model = transformers.LlamaForCausalLM(config)
        for name, parameter in model.named_parameters():
            if name.endswith("bias"):
                torch.nn.init.normal_(parameter, std=0.1)
        model.save_pretrained(self.base)
        shutil.copy(SHIPPED / "tokenizer.json", self.base)
        self.ids = torch.randint(0, vocab_size, (1, 24), generator=torch.Generator().manual_seed(2))
        self.batches = torch.randint(0, vocab_size, (STEPS, 4, 16), generator=torch.Generator().manual_seed(3))

    def model(self):
        return transformers.LlamaForCausalLM.from_pretrained(self.base, dtype=torch.float32)

    def run(self, *command):
        done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(done.stderr.strip() or f"exit code {done.returncode}")
        return done.stdout

    def ours(self, adapter):
        """The engine's logits [tokens, vocabulary]."""
        ids = ",".join(str(int(one)) for one in self.ids[0])
        return torch.tensor(json.loads(self.run(self.programs / "tinyai", "adapter", "logits", adapter, "--base", self.base, "--ids", ids)))

    def theirs(self, model):
        """PEFT's logits [tokens, vocabulary]."""
        model.eval()
        with torch.no_grad():
            return model(self.ids).logits[0, -self.ids.shape[1] :]

    def check(self, method, what, limit, measure):
        try:
            error = measure()
        except Exception as problem:  # noqa: BLE001: whatever it is, the other checks go on
            self.failed += 1
            return print(f"{method:20} {what:28} FAILED  {str(problem).splitlines()[-1][:300]}", flush=True)
        passed = error <= limit
        self.failed += not passed
        print(f"{method:20} {what:28} {'ok' if passed else 'FAILED':7} {error:.1e} (limit {limit:.0e})", flush=True)


def difference(a, b):
    assert a.shape == b.shape, f"{tuple(a.shape)} and {tuple(b.shape)}"
    return (a - b).abs().max().item()


def steps(model, config, batches, learning_rate):
    """Trains a PEFT model, and gives the losses."""
    model.train()
    optimizer = torch.optim.AdamW([p for p in model.parameters() if p.requires_grad], lr=learning_rate, weight_decay=0.01)
    losses = []
    for step, batch in enumerate(batches, 1):
        optimizer.zero_grad()
        loss = model(input_ids=batch, labels=batch).loss
        loss.backward()
        optimizer.step()
        if isinstance(config, AdaLoraConfig):
            model.base_model.update_and_allocate(step)
        losses.append(loss.item())
    return losses


def trained_here(bench, method, settings):
    """An adapter of a run of `tinyai`, in PEFT."""
    folder = bench.folder / method / "here"
    folder.mkdir(parents=True)
    base = {
        "model": {"base": f"file:{bench.base}"},
        "data": {"context": 32},
        "training": {"steps": 6, "batch_size": 4, "learning_rate": 0.02, "warmup_steps": 0},
        "evaluation": {"every": 6, "tokens": 256, "sample_tokens": 0},
        "fine_tuning": settings,
    }
    (folder / "spec.json").write_text(json.dumps({"base": base, "runs": [{"name": "adapter"}]}))
    bench.run(bench.programs / "tinyai", "run", folder / "spec.json", "--out", folder / "result.json", "--adapters", folder)
    model = PeftModel.from_pretrained(bench.model(), folder / "adapter")
    logits = bench.theirs(model)
    moved = difference(logits, bench.theirs(bench.model()))
    assert moved > 1e-3, f"the adapter changes the logits by {moved} only"
    return difference(bench.ours(folder / "adapter"), logits)


def trained_there(bench, method, config):
    """An adapter that PEFT has trained, here."""
    folder = bench.folder / method / "there"
    torch.manual_seed(4)
    model = get_peft_model(bench.model(), copy.deepcopy(config))
    steps(model, config, bench.batches if isinstance(config, AdaLoraConfig) else bench.batches[:6], 0.02)
    model.save_pretrained(folder)
    reloaded = PeftModel.from_pretrained(bench.model(), folder)
    logits = bench.theirs(reloaded)
    moved = difference(logits, bench.theirs(bench.model()))
    assert moved > 1e-3, f"the adapter changes the logits by {moved} only"
    return difference(bench.ours(folder), logits)


def same_training(bench, method, config):
    """Twenty steps from the same start; gives the losses' and the final weights' largest relative differences."""
    folder = bench.folder / method / "training"
    torch.manual_seed(5)
    model = get_peft_model(bench.model(), copy.deepcopy(config))
    model.save_pretrained(folder / "adapter")
    settings = {"lr": 0.01, "beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "weight_decay": 0.01}
    (folder / "training.json").write_text(json.dumps(settings))
    save_file({"batches": bench.batches.contiguous()}, folder / "batches.safetensors")
    shutil.copytree(bench.base, folder / "base")
    theirs = torch.tensor(steps(model, config, bench.batches, settings["lr"]))
    ours = torch.tensor(json.loads(bench.run(bench.programs / "examples/adapter_training", folder)))
    model.save_pretrained(folder / "theirs")
    return ((ours - theirs).abs() / theirs.abs()).max().item()


def same_weights(bench, method):
    """The weights after these steps, relative to the largest of each tensor."""
    folder = bench.folder / method / "training"
    ours, theirs = (load_file(folder / name / "adapter_model.safetensors") for name in ("adapter_final", "theirs"))
    theirs = {name: tensor for name, tensor in theirs.items() if not name.endswith("base_layer.weight")}
    assert theirs.keys() <= ours.keys(), f"only in PEFT's file: {sorted(theirs.keys() - ours.keys())[:3]}"
    return max(difference(ours[name], theirs[name]) / max(theirs[name].abs().max().item(), 1e-6) for name in theirs)


def converted(bench, method):
    """PEFT's adapter, written anew by the engine, is the same in PEFT bit by bit."""
    source, folder = bench.folder / method / "there", bench.folder / method / "converted"
    bench.run(bench.programs / "tinyai", "adapter", "convert", source, "--out", folder)
    return difference(*(bench.theirs(PeftModel.from_pretrained(bench.model(), one)) for one in (source, folder)))


def merged(bench, method):
    """The engine's merged model in transformers, against the adapter in PEFT."""
    source, folder = bench.folder / method / "there", bench.folder / method / "merged"
    bench.run(bench.programs / "tinyai", "adapter", "merge", source, "--base", bench.base, "--out", folder)
    model = transformers.LlamaForCausalLM.from_pretrained(folder, dtype=torch.float32)
    return difference(bench.theirs(model), bench.theirs(PeftModel.from_pretrained(bench.model(), source)))


def mixed(bench, name):
    """Two adapters that PEFT has trained, mixed here, against the same in PEFT: there, and here."""
    how, rank, *configs = MIXES[name]
    weights = (1.0, 1.0) if rank == "together" else (0.7, -1.3)
    folders = [bench.folder / name / part for part in ("first", "second")]
    for seed, (folder, config) in enumerate(zip(folders, configs), 6):
        torch.manual_seed(seed)
        model = get_peft_model(bench.model(), copy.deepcopy(config))
        steps(model, config, bench.batches[:6], 0.02)
        model.save_pretrained(folder)
    model = PeftModel.from_pretrained(bench.model(), folders[0], adapter_name="first")
    model.load_adapter(folders[1], "second")
    options, out = [], bench.folder / name / "mixed"
    if rank == "together":
        model.base_model.set_adapter(["first", "second"])
        options = ["--rank", 8] if how == "svd" else []
    else:
        model.add_weighted_adapter(["first", "second"], list(weights), "mixed", combination_type=how, svd_rank=rank)
        model.set_adapter("mixed")
        options = ["--rank", rank] if rank else []
    logits = bench.theirs(model)
    moved = difference(logits, bench.theirs(bench.model()))
    assert moved > 1e-3, f"the mix changes the logits by {moved} only"
    parts = [f"{folder}={weight}" for folder, weight in zip(folders, weights)]
    bench.run(bench.programs / "tinyai", "adapter", "mix", *parts, "--how", how, *options, "--out", out)
    reloaded = bench.theirs(PeftModel.from_pretrained(bench.model(), out))
    return max(difference(logits, reloaded), difference(logits, bench.ours(out)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("methods", nargs="*", help=f"some of: {', '.join([*METHODS, *MIXES])}; without any, all")
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "target/release", help="folder of tinyai and examples/adapter_training")
    args = parser.parse_args()
    unknown = [name for name in args.methods if name not in METHODS and name not in MIXES]
    if unknown:
        parser.error(f"there is no method {unknown[0]}; there are {', '.join([*METHODS, *MIXES])}")
    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    transformers.utils.logging.disable_progress_bar()
    warnings.filterwarnings("ignore")
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(pathlib.Path(folder), args.bin.resolve())
        for method in args.methods or [*METHODS, *MIXES]:
            if method in MIXES:
                bench.check(method, "mixed, as in PEFT", LOGITS, lambda: mixed(bench, method))
                continue
            settings, config = METHODS[method]
            if settings is not None:
                bench.check(method, "trained here, in PEFT", LOGITS, lambda: trained_here(bench, method, settings))
            if config is None:
                continue
            bench.check(method, "trained in PEFT, here", LOGITS, lambda: trained_there(bench, method, config))
            bench.check(method, "converted, in PEFT", 0.0, lambda: converted(bench, method))
            if not method.startswith(("prompt", "prefix")):
                bench.check(method, "merged, in transformers", LOGITS, lambda: merged(bench, method))
            bench.check(method, f"{STEPS} steps: losses", LOSSES, lambda: same_training(bench, method, config))
            # PEFT's file has only the triplets that are left.
            if method != "adalora":
                bench.check(method, f"{STEPS} steps: weights", 1e-2, lambda: same_weights(bench, method))
    print(f"torch {torch.__version__}, transformers {transformers.__version__}; {bench.failed} failed")
    sys.exit(bench.failed > 0)


if __name__ == "__main__":
    main()
